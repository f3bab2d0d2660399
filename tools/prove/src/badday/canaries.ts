import { spawn } from 'node:child_process';
import { appendFile, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';
import { canary, type Canary } from './canary-forms.js';
import { engineSinks, filesBelow, hits, watchProcesses, type Hit, type Sink } from './canary-sinks.js';

export const canaryScan: Point = {
  title: 'canary scan: no secret anywhere but where it belongs',
  async prove(here) {
    const project = `canary${here.folder.slice(-6).toLowerCase().replace(/[^a-z0-9]/g, 'x')}`;
    here.owns(`${project}-prod`);
    const canaries = { provider: canary('secrets provider'), url: canary('secrets provider, inside a URL'), file: canary('Compose secret'), build: canary('build secret'), process: canary('process'), environment: canary('env file'), service: canary('env file of a service'), argument: canary('build argument') };
    const rotated = canary('secrets provider, changed');
    const all = [...Object.values(canaries), rotated];
    const write = (more: Readonly<Record<string, string>> = {}): Promise<void> => here.write({ ...application(project, canaries), ...more });

    const outputs: Sink[] = [];
    const processes = watchProcesses(join(here.folder, 'host'));
    const run = async (expected: number, ...args: string[]): Promise<Ran> => {
      const ran = await here.stagecraft(args, { env: { PROCESS_SECRET: canaries.process.value } });
      outputs.push({ kind: 'output of a command', where: `stagecraft ${args.join(' ')}`, text: ran.all });
      const leaks = report(hits(outputs.slice(-1), all));
      must(ran.exitCode === expected, `stagecraft ${args.join(' ')} ended with ${ran.exitCode}, not ${expected}${leaks === '' ? `:\n${ran.all.slice(-1500)}` : ` (and ${leaks})`}`);
      return ran;
    };

    await here.write(Object.fromEntries(Object.entries(application(project, canaries)).filter(([path]) => path !== 'stagecraft.yml')));
    await run(0, 'init', '--yes');
    await write();
    await run(0, 'config', 'show');
    const warned = (await run(0, 'plan', '--out', 'plan.json')).all.includes('BUILD_TOKEN looks like a secret');
    for (const format of ['json', 'mermaid']) await run(0, 'plan', '--format', format);
    await run(0, 'build', '--verbose');
    await run(0, 'deploy', '--version', 'v1', '--json-events', '--yes');

    // A changed secret rolls what uses it, and nothing else.
    const before = await containers(here, project);
    await write({ '.env.prod.secrets': secretsFile({ ...canaries, url: rotated }) });
    await run(0, 'deploy', '--version', 'v2', '--verbose', '--yes');
    const after = await containers(here, project);
    must(before.web !== after.web && before.quiet === after.quiet, 'a changed secret did not roll exactly the service that uses it');

    // A release that tells its secrets and dies.
    await write({ '.env.prod.secrets': secretsFile({ ...canaries, url: rotated }), 'docker-compose.yml': compose(talks) });
    const failed = await run(4, 'deploy', '--version', 'v3', '--verbose', '--yes');
    must(failed.all.includes('told: ***'), 'the last lines of the container that failed are not shown, or not masked');
    await run(4, 'deploy', '--version', 'v4', '--json-events', '--yes');

    await write({ '.env.prod.secrets': secretsFile({ ...canaries, url: rotated }), 'docker-compose.yml': compose(`${talks.replace('exit 1', 'touch /tmp/ready; exec sleep 3600')}`) });
    await run(0, 'deploy', '--version', 'v5', '--yes');
    must((await run(0, 'logs', 'web', '--tail', '50')).all.includes('told: ***'), 'the log is not shown, or not masked');
    await run(0, 'logs', 'web', '--json-events');

    const url = async (): Promise<string> => (await here.docker(['exec', (await here.running(`${project}-prod`, 'web'))[0] ?? '', 'sh', '-c', 'printf %s "$URL"'])).trim();
    await run(0, 'rollback', '--to-version', 'v1', '--yes');
    must((await url()) === `pg://app:${rotated.value}@db`, 'a rollback does not have the secret of today');
    await run(0, 'rollback', '--to-version', 'v1', '--secrets', 'sealed', '--yes');
    must((await url()) === `pg://app:${canaries.url.value}@db`, 'rollback --secrets sealed does not have the secret of the release');

    await run(0, 'status', '--json');
    const releases = JSON.parse((await run(0, 'releases', 'list', '--json')).stdout) as { releases: { id: string }[] };
    for (const { id } of releases.releases.slice(0, 4)) await run(0, 'releases', 'show', id);
    // Refused, in words.
    await write({ 'docker-compose.yml': compose('    labels: { leak: "${SESSION_KEY}" }\n') });
    await run(1, 'deploy', '--yes', '--verbose');
    await write({ 'docker-compose.yml': compose().replace('BUILD_TOKEN:', 'SESSION_KEY:') });
    await run(1, 'deploy', '--yes', '--json');
    await write({ '.env.prod.secrets': 'SESSION_KEY=\n' });
    await run(1, 'plan', '--refresh');

    const sinks = async (): Promise<readonly Sink[]> => [
      ...outputs,
      ...(await filesBelow('project state', join(here.folder, '.stagecraft'))),
      ...(await filesBelow('saved plan', here.folder, (path) => path !== 'plan.json')),
      // Values lie below secrets/ and, as files that containers mount, below files/.
      ...(await filesBelow('host state', join(here.folder, 'host'), (path) => /^[^/]+\/prod\/(?:secrets|files)\//.test(path))),
      ...(await engineSinks(here, `${project}-prod`, project)),
    ];
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith('stagecraft-compose.'));
    const open = await readableByOthers(join(here.folder, 'host', project, 'prod', 'secrets'));
    must(open.length === 0, `others can read ${open.join(', ')}`);
    const ran = processes.stop();
    // The one that was given by the environment of the command is in the environment of what the command runs.
    const found = [...hits(await sinks(), all), ...hits(ran, all)].filter(({ sink, canary: one }) => !(sink.kind === 'environment of a process' && one === canaries.process));
    const [history, leaks] = [found.filter(expectedInHistory(canaries.argument)), found.filter((hit) => !expectedInHistory(canaries.argument)(hit))];
    must(leaks.length === 0, report(leaks));
    must(history.length > 0 && warned, 'the build argument was neither in the history of its image nor warned of: the scan or the warning is blind');

    const planted = await plant(here, project, canaries, sinks);
    const looked = [...(await sinks()), ...ran];
    return `${looked.length} places of ${new Set(looked.map(({ kind }) => kind)).size} kinds, ${all.length} values in ${all.reduce((sum, { forms }) => sum + forms.length, 0)} forms, processes looked at ${processes.looks()} times, left in ${left.length === 0 ? 'no' : left.length} temporary folders: 0 hits (one build argument in its image's history, as warned); planted leaks found: ${planted.join(', ')}`;
  },
};

/** Puts leaks into five places, each in another encoding. @returns those that the scan found; all of them must be. */
async function plant(here: Stage, project: string, { provider, environment }: Readonly<Record<'provider' | 'environment', Canary>>, sinks: () => Promise<readonly Sink[]>): Promise<readonly string[]> {
  const journal = join(here.folder, 'host', project, 'prod', 'journal.ndjson');
  await appendFile(journal, `{"message":${JSON.stringify(provider.value)}}\n`);
  await here.write({ '.stagecraft/planted.json': `"${Buffer.from(`x${environment.value}y`).toString('base64')}"` });
  await here.docker(['run', '-d', '--label', `com.docker.compose.project=${project}-prod`, '--label', `leak=${encodeURIComponent(provider.value)}`, 'busybox:1.35', 'sleep', '60']);
  const watch = watchProcesses('nothing');
  const child = spawn('sleep', ['30', '--', provider.value.replaceAll(' ', '_')], { stdio: 'ignore' });
  const talker = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)', Buffer.from(provider.value).toString('hex')], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 400));
  const arguments_ = watch.stop();
  child.kill('SIGKILL');
  talker.kill('SIGKILL');
  const split: Sink = { kind: 'events', where: 'over two events', text: [provider.value.slice(0, 9), provider.value.slice(9)].map((line) => JSON.stringify({ line })).join('\n') };
  const found = hits([...(await sinks()), ...arguments_, split], [provider, environment]);
  const expected: readonly (readonly [string, (sink: Sink) => boolean])[] = [
    ['journal (JSON)', (sink) => sink.where.endsWith('journal.ndjson')],
    ['state file (base64)', (sink) => sink.where === 'planted.json'],
    ['label (URL)', (sink) => sink.kind === 'inspect of a container'],
    ['arguments (hex)', (sink) => sink.kind === 'arguments of a process'],
    ['events (split over two)', (sink) => sink === split],
  ];
  for (const [name, is] of expected) must(found.some(({ sink }) => is(sink)), `the planted leak in the ${name} was not found`);
  return expected.map(([name]) => name);
}

/** A build argument is part of its image: the place where it belongs, as every builder says. */
function expectedInHistory(argument: Canary): (hit: Hit) => boolean {
  return ({ sink, canary: one }) => one === argument && (sink.kind === 'history of an image' || sink.kind === 'inspect of a image');
}

function report(found: readonly Hit[]): string {
  return found.slice(0, 12).map(({ sink, canary: one }) => `the value of ${one.source} is in ${sink.kind}: ${sink.where}`).join('; ');
}

async function containers(here: Stage, project: string): Promise<Readonly<Record<'web' | 'quiet', string>>> {
  const [web, quiet] = await Promise.all([here.running(`${project}-prod`, 'web'), here.running(`${project}-prod`, 'quiet')]);
  return { web: web.join(), quiet: quiet.join() };
}

async function readableByOthers(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const modes = await Promise.all(names.map(async (name) => ({ name, mode: (await stat(join(folder, name))).mode & 0o077 })));
  return modes.filter(({ mode }) => mode !== 0).map(({ name }) => name);
}

type Canaries = Readonly<Record<'provider' | 'url' | 'file' | 'build' | 'process' | 'environment' | 'service' | 'argument', Canary>>;

// Each value raw, in two pieces on one line, and in every encoding; then it dies.
const talks = `    command:
      - sh
      - -c
      - |
        for v in "$$SESSION_KEY" "$$URL" "$$PROCESS_SECRET" "$$API_TOKEN" "$$MAIL_PASSWORD" "$$(cat /run/secrets/keyfile)"; do
          echo "told: $$v"
          printf %.9s "$$v"; sleep 0.1; printf '%s\\n' "$$v" | cut -c10-
          printf %s "$$v" | base64 -w 0; echo
          printf %s "$$v" | od -An -v -tx1 | tr -d ' \\n'; echo
          printf %s "$$v" | sed 's/%/%25/g; s/ /%20/g; s/"/%22/g; s/&/%26/g; s/+/%2B/g; s,/,%2F,g'; echo
          printf %s "$$v" | sed 's/"/\\\\"/g'; echo
        done
        exit 1
`;

const idles = '    command: [sh, -c, "touch /tmp/ready; exec sleep 3600"]\n';

function compose(web = idles): string {
  return `services:
  web:
    build: { context: ., args: { BUILD_TOKEN: }, secrets: [npm] }
    init: true
    stop_grace_period: 1s
    env_file: [own.env]
    secrets: [keyfile]
    environment:
      SESSION_KEY:
      URL: pg://app:\${DB_PASSWORD}@db
      PROCESS_SECRET:
      API_TOKEN: \${API_TOKEN}
    healthcheck: { test: [CMD, test, -f, /tmp/ready], interval: 300ms, retries: 200 }
${web.includes('command') ? web : idles + web}  quiet:
    image: busybox:1.35
    init: true
    stop_grace_period: 1s
    command: [sleep, "3600"]
    environment: { SESSION_KEY: }
secrets:
  keyfile: { environment: KEYFILE }
  npm: { environment: NPM_SECRET }
`;
}

function application(project: string, canaries: Canaries): Readonly<Record<string, string>> {
  return {
    Dockerfile: 'FROM busybox:1.35\nARG BUILD_TOKEN\nRUN --mount=type=secret,id=npm cat /run/secrets/npm && test -n "$BUILD_TOKEN" && echo "$BUILD_TOKEN"\n',
    '.dockerignore': '*\n',
    '.env': `API_TOKEN='${canaries.environment.value}'\nBUILD_TOKEN='${canaries.argument.value}'\n`,
    'own.env': `MAIL_PASSWORD='${canaries.service.value}'\n`,
    '.env.prod.secrets': secretsFile(canaries),
    'docker-compose.yml': compose(),
    'stagecraft.yml': `version: 1
project: { name: ${project} }
environments: { prod: { driver: local } }
services:
  quiet: { secrets: [SESSION_KEY], rollout: { settle: 500ms } }
secrets:
  provider: envfile
  names: [SESSION_KEY, DB_PASSWORD, KEYFILE, NPM_SECRET, PROCESS_SECRET]
`,
  };
}

function secretsFile({ provider, url, file, build }: Pick<Canaries, 'provider' | 'url' | 'file' | 'build'>): string {
  return `# of prod\nSESSION_KEY='${provider.value}'\nDB_PASSWORD='${url.value}'\nKEYFILE='${file.value}'\nNPM_SECRET='${build.value}'\n`;
}
