import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';
import { baitsOf, found, plant } from './canary-baits.js';
import { canary, type Canary } from './canary-forms.js';
import { application, compose, secretsFile, talks } from './canary-project.js';
import { engineSinks, filesBelow, hits, watchProcesses, type Hit, type Sink } from './canary-sinks.js';

export const canaryScan: Point = {
  title: 'canary scan: no secret anywhere but where it belongs',
  async prove(here) {
    const project = `canary${here.folder.slice(-6).toLowerCase().replace(/[^a-z0-9]/g, 'x')}`;
    here.owns(`${project}-prod`);
    const canaries = { provider: canary('secrets provider'), url: canary('secrets provider, inside a URL'), file: canary('Compose secret'), plainFile: canary('Compose secret of a file'), entry: canary('Compose secret of a variable'), build: canary('build secret'), process: canary('process'), environment: canary('env file'), service: canary('env file of a service'), argument: canary('build argument') };
    const rotated = canary('secrets provider, changed');
    const all = [...Object.values(canaries), rotated];
    const baits = baitsOf();
    const files = application(project, canaries, baits);
    const write = (more: Readonly<Record<string, string>> = {}): Promise<void> => here.write({ ...files, ...more });
    const temporary = join(here.folder, 'temporary');
    await mkdir(temporary);

    const outputs: Sink[] = [];
    const processes = watchProcesses(join(here.folder, 'host'));
    const run = async (expected: number, ...args: string[]): Promise<Ran> => {
      const ran = await here.stagecraft(args, { env: { PROCESS_SECRET: canaries.process.value, TMPDIR: temporary } });
      outputs.push({ kind: 'output of a command', where: `stagecraft ${args.join(' ')}`, text: ran.all });
      const leaks = report(hits(outputs.slice(-1), all));
      must(ran.exitCode === expected, `stagecraft ${args.join(' ')} ended with ${ran.exitCode}, not ${expected}${leaks === '' ? `:\n${ran.all.slice(-1500)}` : ` (and ${leaks})`}`);
      return ran;
    };

    await here.write(Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'stagecraft.yml')));
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
    await write({ '.env.prod.secrets': secretsFile({ ...canaries, url: rotated }), 'docker-compose.yml': compose(baits, talks(baits, 'exit 1')) });
    const failed = await run(4, 'deploy', '--version', 'v3', '--verbose', '--yes');
    must(failed.all.includes('told: ***'), 'the last lines of the container that failed are not shown, or not masked');
    await run(4, 'deploy', '--version', 'v4', '--json-events', '--yes');

    await write({ '.env.prod.secrets': secretsFile({ ...canaries, url: rotated }), 'docker-compose.yml': compose(baits, talks(baits, 'touch /tmp/ready; exec sleep 3600')) });
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
    await write({ 'docker-compose.yml': compose(baits, '    labels: { leak: "${SESSION_KEY}" }\n') });
    await run(1, 'deploy', '--yes', '--verbose');
    await write({ 'docker-compose.yml': compose(baits).replace('BUILD_TOKEN:', 'SESSION_KEY:') });
    await run(1, 'deploy', '--yes', '--json');
    await write({ '.env.prod.secrets': 'SESSION_KEY=\n' });
    await run(1, 'plan', '--refresh');

    const sinks = async (): Promise<readonly Sink[]> => [
      ...outputs,
      ...(await filesBelow('project state', join(here.folder, '.stagecraft'))),
      ...(await filesBelow('saved plan', here.folder, (path) => path !== 'plan.json')),
      // Values lie below secrets/ and, as files that containers mount, below files/.
      ...(await filesBelow('host state', join(here.folder, 'host'), (path) => /^[^/]+\/prod\/(?:secrets|files)\//.test(path))),
      ...(await filesBelow('temporary folder', temporary)),
      ...(await engineSinks(here, `${project}-prod`, project)),
    ];
    const open = await readableByOthers(join(here.folder, 'host', project, 'prod', 'secrets'));
    must(open.length === 0, `others can read ${open.join(', ')}`);
    const ran = processes.stop();
    const looked = [...(await sinks()), ...ran];
    // The one that was given by the environment of the command is in the environment of what the command runs.
    const hit = hits(looked, all).filter(({ sink, canary: one }) => !(sink.kind === 'environment of a process' && one === canaries.process));
    const [history, leaks] = [hit.filter(expectedInHistory(canaries.argument)), hit.filter((one) => !expectedInHistory(canaries.argument)(one))];
    must(leaks.length === 0, report(leaks));
    must(history.length > 0 && warned, 'the build argument was neither in the history of its image nor warned of: the scan or the warning is blind');
    const left = await readdir(temporary);
    must(left.length === 0, `left in the temporary folder: ${left.join(', ')}`);

    // The same scan, for what was told in the same places without being a secret.
    const planted = await plant(here, project, baits);
    const seen = found(baits, [...(await sinks()), ...ran, ...planted]);
    return `${looked.length} places of ${new Set(looked.map(({ kind }) => kind)).size} kinds, ${all.length} values in ${all.reduce((sum, { forms }) => sum + forms.length, 0)} forms, processes looked at ${processes.looks()} times: hits 0 (but for the build argument in its image's history, as warned); ${seen}`;
  },
};

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
