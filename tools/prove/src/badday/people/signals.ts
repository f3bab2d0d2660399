import { createServer, type Server, type Socket } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { carried, cli, held, open, operator, started, until, type Operator, type Running } from './crew.js';

/** A moment of a deploy, known by what it prints. */
interface Moment {
  readonly name: string;
  readonly seen: RegExp;
  /** What the deploy is of, beside the service that is held. */
  readonly files?: (registry: number) => Readonly<Record<string, string>>;
  /** Nothing is let be healthy: the moment lasts. */
  readonly held?: true;
  /** How it ends: it goes on, or, where nothing was sealed and what it waits for never comes, it is taken back. */
  readonly end: '--resume' | '--abort';
}

const built = { 'docker-compose.yml': 'services:\n  app:\n    build: .\n    init: true\n    stop_grace_period: 1s\n    healthcheck: { test: [CMD, test, -e, /tmp/open], interval: 200ms, retries: 3000 }\n' };

const moments: readonly Moment[] = [
  { name: 'build', seen: /build\/app: /, files: () => ({ ...built, Dockerfile: `FROM busybox:1.35\nRUN sleep 3 && echo ${process.pid}-${Date.now()} >/made\nCMD ["sleep", "3600"]\n` }), end: '--resume' },
  { name: 'push', seen: /app\/pull: /, files: (port) => ({ 'docker-compose.yml': `services:\n  app:\n    image: 127.0.0.1:${port}/never:1\n` }), end: '--abort' },
  { name: 'rollout, start', seen: /app\/start: /, end: '--resume' },
  { name: 'rollout, gate', seen: /waiting for/, held: true, end: '--resume' },
  { name: 'rollout, stop', seen: /app\/stop: /, end: '--resume' },
  { name: 'commit', seen: /decision: commit/, end: '--resume' },
  { name: 'finalize', seen: /app\/remove: /, end: '--resume' },
];

export const signals: readonly Point[] = [
  {
    title: 'people: Ctrl-C once and twice in every phase: exit 130, the operation open, and --resume or --abort ends it',
    async prove(stage, size) {
      stage.owns('ctrlc-prod');
      const one = await operator(stage, 'one');
      const silent = await silentRegistry();
      try {
        await firstRelease(stage, one);
        // In CI one of the two by turns; each phase has had both when it ran twice.
        const cases = moments.flatMap((moment, index) => [1, 2].filter((times) => size === 'full' || times === 1 + (index % 2) || moment.name === 'finalize').map((times) => ({ moment, times })));
        const ends: string[] = [];
        for (const { moment, times } of cases) ends.push(await interrupted(stage, one, silent, moment, times));
        return `${cases.length} interruptions (${ends.join('; ')}); locks stranded 0`;
      } finally {
        silent.close();
      }
    },
  },
  {
    title: 'people: a terminal is closed in the middle of a deploy (SIGHUP on a real pty): the lock is given back, --resume goes on',
    async prove(stage) {
      stage.owns('ctrlc-prod');
      const one = await operator(stage, 'one');
      await firstRelease(stage, one);
      await one.write(held('ctrlc', 'closed'));
      // util-linux: it holds the terminal's other end, and with it the terminal goes.
      const terminal = started('script', ['-qefc', `'${process.execPath}' '${cli}' deploy --yes`, '/dev/null'], one.folder, { ...stage.env, TERM: 'xterm' });
      await until('the gate', () => journalOf(stage).split('"step":"local/app/start","direction":"do","attempt":1,"status":"completed"').length === 3);
      must(existsSync(lockOf(stage)), 'the deploy holds no lock');
      terminal.child.kill('SIGKILL');
      await until('the lock given back', () => !existsSync(lockOf(stage)));
      const refused = await one.stagecraft(['deploy', '--yes']);
      must(refused.exitCode === 6 && refused.stderr.includes('--resume'), `another deploy: exit ${refused.exitCode}: ${refused.all}`);
      const resumed = await carried(stage, 'ctrlc-prod', one.begin(['deploy', '--resume', '--yes']));
      must(resumed.exitCode === 0, `resume: exit ${resumed.exitCode}: ${resumed.all}`);
      return 'lock given back, operation open, others told with exit 6, resumed to exit 0';
    },
  },
];

async function firstRelease(stage: Stage, one: Operator): Promise<void> {
  await one.write(held('ctrlc', 'first'));
  const first = await carried(stage, 'ctrlc-prod', one.begin(['deploy', '--yes']));
  must(first.exitCode === 0, `the first deploy: exit ${first.exitCode}: ${first.all}`);
}

/** @returns what became of it, in short. */
async function interrupted(stage: Stage, one: Operator, silent: Silent, moment: Moment, times: number): Promise<string> {
  const what = `${moment.name}, Ctrl-C ${times === 1 ? 'once' : 'twice'}`;
  await one.write({ ...held('ctrlc', what), ...moment.files?.(silent.port) });
  silent.hear(true);
  const running = one.begin(['deploy', '--yes', '--verbose']);
  const ran = await pressed(stage, running, moment, times);
  // What was over before the signal came is over.
  if (ran.exitCode === 0) return `${what}: done before it`;
  must(ran.exitCode === 130, `${what}: exit ${ran.exitCode}: ${ran.all}`);
  if (times === 1) must(ran.stderr.includes('--resume') && ran.stderr.includes('--abort'), `${what}: it is not said how to go on: ${ran.stderr}`);
  silent.hear(false);
  const ended = await carried(stage, 'ctrlc-prod', one.begin(['deploy', moment.end, '--yes']));
  // The last script outlives an operator who is told twice: it may have closed the operation by itself, and then there is nothing to resume.
  const closed = times === 2 && moment.name === 'finalize' && ended.exitCode === 1 && ended.stderr.includes('there is nothing to resume');
  must(ended.exitCode === 0 || closed, `${what}: ${moment.end}: exit ${ended.exitCode}: ${ended.all}`);
  if (closed) {
    // Who left did not give the lock back. With its operation closed it is free to all.
    const another = await carried(stage, 'ctrlc-prod', one.begin(['deploy', '--yes']));
    must(another.exitCode === 0, `${what}: another deploy is kept out: exit ${another.exitCode}: ${another.all}`);
  }
  for (const path of [lockOf(stage), openOf(stage)]) must(!existsSync(path), `${what}: ${path} is still there`);
  must((await stage.running('ctrlc-prod', 'app')).length === 1, `${what}: not one container runs`);
  return `${what}: ${closed ? 'closed under it' : moment.end}`;
}

async function pressed(stage: Stage, running: Running, moment: Moment, times: number): Promise<Awaited<Running['ended']>> {
  let over = false;
  void running.ended.finally(() => (over = true));
  await until(moment.name, async () => {
    if (!moment.held && !moment.seen.test(running.printed())) await open(stage, 'ctrlc-prod');
    return over || moment.seen.test(running.printed());
  });
  running.child.kill('SIGINT');
  if (times === 2) {
    await until('the first Ctrl-C heard', () => over || /once more to leave/.test(running.printed()));
    running.child.kill('SIGINT');
  }
  return running.ended;
}

function lockOf(stage: Stage): string {
  return join(stage.env['STAGECRAFT_HOST_DIR'] ?? '', 'ctrlc', 'prod', 'lock');
}

function openOf(stage: Stage): string {
  return join(lockOf(stage), '..', 'open.json');
}

function journalOf(stage: Stage): string {
  return existsSync(join(lockOf(stage), '..', 'journal.ndjson')) ? readFileSync(join(lockOf(stage), '..', 'journal.ndjson'), 'utf8') : '';
}

interface Silent {
  readonly port: number;
  /** `false`: connections are ended, and new ones at once: whoever waited for an answer has one. */
  hear(hears: boolean): void;
  close(): void;
}

/** A registry that takes connections and never answers. */
async function silentRegistry(): Promise<Silent> {
  const sockets = new Set<Socket>();
  let hearing = true;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    if (!hearing) socket.destroy();
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const hear = (hears: boolean): void => {
    hearing = hears;
    if (!hears) sockets.forEach((socket) => socket.destroy());
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    hear,
    close() {
      hear(false);
      server.close();
    },
  };
}
