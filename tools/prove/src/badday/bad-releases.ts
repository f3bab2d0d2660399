import { createServer } from 'node:net';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';

/** What is brought out, and how it must end: exit code, what is said, and what serves afterwards. */
interface BadRelease {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly says: readonly RegExp[];
  readonly serves: 'v1' | 'v2';
  /** Beside the deploy; what it gives is called afterwards. */
  before?(stage: Stage): Promise<() => Promise<unknown>>;
  deploy?(stage: Stage): Promise<Ran>;
}

const port = 39_417;
const config = 'version: 1\nproject: { name: badrel }\nservices: { web: { rollout: { settle: 3s } } }\nenvironments:\n  prod: { driver: local }\n';
const health = 'healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1/"], interval: 200ms, retries: 25 }';
const never = 'healthcheck: { test: [CMD, "false"], interval: 200ms, retries: 2 }';

/** `web` as a small server that says its version, and whatever stands beside it. */
function app(version: string, lines: readonly string[] = [health], more = '', command = `echo ${version} >/tmp/index.html; echo serving ${version}; exec httpd -f -p 80 -h /tmp`): Readonly<Record<string, string>> {
  return { 'docker-compose.yml': ['services:', '  web:', '    image: busybox:1.35', `    command: [sh, -c, "${command}"]`, '    init: true', '    stop_grace_period: 1s', ...lines.map((line) => `    ${line}`), more, ''].join('\n') };
}
const built = (more: string): Readonly<Record<string, string>> => ({ 'docker-compose.yml': `services:\n  web:\n    build: .\n    init: true\n    stop_grace_period: 1s\n${more}` });
const data = (version: string): Readonly<Record<string, string>> => app(version, [health], '  store:\n    image: redis:7\n    volumes: [kept:/data]\n    healthcheck: { test: [CMD, redis-cli, ping], interval: 200ms }\nvolumes: { kept: {} }');

const releases: readonly BadRelease[] = [
  { what: 'never healthy', files: app('v2', [never]), exitCode: 4, serves: 'v1', says: [/web.* is unhealthy/s, /\| serving v2/, /Run: |stagecraft /] },
  { what: 'exits at once', files: app('v2', [health], '', 'echo no such database >&2; exit 3'), exitCode: 4, serves: 'v1', says: [/exited with 3|restarted/, /\| no such database/] },
  { what: 'crashes within the settle time', files: app('v2', [], '', 'echo up; sleep 1; echo gone wrong; exit 7'), exitCode: 4, serves: 'v1', says: [/exited with 7|restarted/, /\| gone wrong/] },
  {
    what: 'a port that is taken',
    files: app('v2', [health, `ports: ["127.0.0.1:${port}:80"]`]),
    exitCode: 1,
    serves: 'v1',
    says: [/docker-compose\.yml:\d+:\d+/, new RegExp(`Port ${port} .* which web publishes, is taken`), /ss -ltnp/],
    async before() {
      const taken = createServer().listen(port, '127.0.0.1');
      await new Promise((resolve, reject) => taken.once('listening', resolve).once('error', reject));
      return () => new Promise((resolve) => taken.close(resolve));
    },
  },
  { what: 'a build error', files: { ...built(`    ${health}\n`), Dockerfile: 'FROM busybox:1.35\nRUN echo compiling && echo line 7: no such module && exit 1\n' }, exitCode: 1, serves: 'v1', says: [/The image of web did not build/, /no such module/, /docker build/] },
  { what: 'a missing env file', files: app('v2', [health, 'env_file: prod.env']), exitCode: 1, serves: 'v1', says: [/docker-compose\.yml:8:15 .*the env file prod\.env is not there/] },
  { what: 'a missing variable', files: app('v2', [health, 'environment: { KEY: "${BADREL_KEY:?the key of the shop}" }']), exitCode: 1, serves: 'v1', says: [/docker-compose\.yml:8:25 .*`BADREL_KEY` is not set: the key of the shop/, /set BADREL_KEY/] },
  {
    what: 'an image for another architecture',
    files: { 'docker-compose.yml': app('v2')['docker-compose.yml']?.replace('busybox:1.35', 'badrel-foreign:1') ?? '' },
    exitCode: 1,
    serves: 'v1',
    says: [/docker-compose\.yml:\d+:\d+/, /badrel-foreign:1 of web is for s390x; local is/],
    async before(stage) {
      const made = await stage.run(['sh', '-c', 'tar -cf - docker-compose.yml | docker import --platform linux/s390x - badrel-foreign:1']);
      must(made.exitCode === 0, `docker import: ${made.all}`);
      return () => stage.docker(['rmi', '-f', 'badrel-foreign:1']);
    },
  },
  { what: 'a job that fails', files: app('v2', [health, 'depends_on: { migrate: { condition: service_completed_successfully } }'], '  migrate:\n    image: busybox:1.35\n    command: [sh, -c, "echo no table; exit 5"]'), exitCode: 4, serves: 'v1', says: [/migrate.*exited with 5/, /\| no table/] },
  { what: 'a dependency cycle', files: app('v2', [health, 'depends_on: [other]'], '  other: { image: "busybox:1.35", depends_on: [web] }'), exitCode: 1, serves: 'v1', says: [/docker-compose\.yml:\d+:\d+ .*(?:circle|cycle)/] },
  { what: 'a name with odd characters', files: app('v2', [health], '  "we b; rm -rf": { image: "busybox:1.35" }'), exitCode: 1, serves: 'v1', says: [/docker-compose\.yml:\d+:\d+ .*we b; rm -rf/] },
  { what: 'a bind for development', files: { ...built(`    ${health}\n    volumes: [".:/app"]\n`), Dockerfile: 'FROM busybox:1.35\nWORKDIR /app\nCOPY . .\n' }, exitCode: 1, serves: 'v1', says: [/docker-compose\.yml:\d+:\d+ .*that is for development/, /docker-compose\.override\.yml/] },
  {
    what: 'a volume that would be lost',
    files: data('v2'),
    exitCode: 1,
    serves: 'v1',
    says: [/docker-compose\.yml:\d+:\d+ .*badrel-prod_kept of store .*would be made again, empty/, /--accept-empty-volume store/],
    async before(stage) {
      await stage.write(data('v1'));
      const first = await stage.stagecraft(['deploy', '--yes']);
      must(first.exitCode === 0, `with its volume: ${first.all}`);
      await stage.docker(['rm', '-f', ...(await stage.running('badrel-prod', 'store'))]);
      await stage.docker(['volume', 'rm', 'badrel-prod_kept']);
      return async () => {
        await stage.write(app('v1'));
        const back = await stage.stagecraft(['deploy', '--yes']);
        must(back.exitCode === 0, `without it: ${back.all}`);
      };
    },
  },
  {
    what: 'a read-only project folder',
    files: app('v2'),
    exitCode: 0,
    serves: 'v2',
    says: [/completed/],
    async deploy(stage) {
      if (process.getuid?.() !== 0) return stage.stagecraft(['deploy', '--yes']);
      // A root's files are never read-only to root: a mount is.
      const bin = new URL('../../../../packages/cli/bin/run.js', import.meta.url).pathname;
      const script = 'mount --bind "$0" "$0" && mount --bind "$0/host" "$0/host" && mount -o remount,ro,bind "$0" && cd "$0" && ! touch here 2>/dev/null && exec "$1" "$2" deploy --yes';
      return stage.run(['unshare', '--mount', 'sh', '-c', script, stage.folder, process.execPath, bin]);
    },
  },
  { what: 'no git', files: app('v2'), exitCode: 0, serves: 'v2', says: [] },
  {
    what: 'a dirty git',
    files: app('v2'),
    exitCode: 0,
    serves: 'v2',
    says: [/-dirty-[0-9a-f]{8}/],
    async before(stage) {
      const git = await stage.run(['sh', '-c', 'git init -q . && git add stagecraft.yml docker-compose.yml && git -c user.name=a -c user.email=a@example.com commit -qm first']);
      must(git.exitCode === 0, `git: ${git.all}`);
      return () => stage.run(['rm', '-rf', '.git']);
    },
  },
];

export const badReleases: readonly Point[] = [
  {
    title: 'bad releases: what serves goes on serving, and each is told what happened, where, why and what to run next',
    async prove(stage) {
      stage.owns('badrel-prod');
      await stage.write({ 'stagecraft.yml': config, ...app('v1') });
      const first = await stage.stagecraft(['deploy', '--yes']);
      must(first.exitCode === 0, `v1: ${first.all}`);
      const lines: string[] = [];
      const wrong: string[] = [];
      for (const release of releases) {
        const line = await brought(stage, release).catch((error: unknown) => void wrong.push(`${release.what}: ${(error as Error).message}`));
        if (line) lines.push(line);
      }
      must(wrong.length === 0, `${wrong.length} of ${releases.length}:\n${wrong.join('\n')}`);
      return `${releases.length} of ${releases.length}${lines.map((line) => `\n          ${line}`).join('')}\n         `;
    },
  },
];

async function brought(stage: Stage, release: BadRelease): Promise<string> {
  const after = await release.before?.(stage);
  try {
    await stage.write(release.files);
    const ran = await (release.deploy?.(stage) ?? stage.stagecraft(['deploy', '--yes']));
    if (process.env['BADREL_SHOW']) console.error(`## ${release.what}: ${ran.exitCode}\n${ran.all}`);
    must(ran.exitCode === release.exitCode, `exit code ${ran.exitCode}: ${ran.all}`);
    for (const word of release.says) must(word.test(ran.all), `${String(word)} is not in: ${ran.all}`);
    must(!/\n\s+at \S+ ?\(?.*:\d+:\d+\)?/.test(ran.all), `a stack: ${ran.all}`);
    const served = await serving(stage);
    must(served === release.serves, `${served} serves`);
    return `${release.what}: exit code ${ran.exitCode}, ${served} serves`;
  } finally {
    await after?.();
    await stage.write({ ...app('v1') });
    if (release.serves === 'v2') must((await stage.stagecraft(['deploy', '--yes'])).exitCode === 0, `${release.what}: there is no way back to v1`);
  }
}

/** What the running containers of `web` answer. */
async function serving(stage: Stage): Promise<string> {
  const ids = await stage.running('badrel-prod', 'web');
  const answers = await Promise.all(ids.map((id) => stage.docker(['exec', id, 'wget', '-q', '-O', '-', 'http://127.0.0.1/'])));
  return answers.join(' and ') || 'nothing';
}
