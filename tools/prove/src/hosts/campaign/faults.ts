import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must } from '../../point.js';
import type { HostsScene } from '../scene.js';
import type { Begun } from '../story.js';

/** Whom a fault strikes. */
export interface Struck {
  readonly scene: HostsScene;
  readonly host: TestHost;
  readonly operator: Begun;
}

export interface Fault {
  readonly name: string;
  /** @returns what ends it, once the command has ended. */
  strike(struck: Struck): Promise<(() => Promise<void>) | undefined>;
  /** The host cannot serve from the strike on until all of it is up again. */
  readonly dark?: true;
  /** With which exit codes the command may end. */
  readonly codes?: readonly number[];
  /** The command waits for it for minutes. */
  readonly slow?: true;
}

/** 0: it went through all the same; 2: an outside part failed and nothing was touched; 4: returned; 5: to be resumed. */
export const plainCodes = [0, 2, 4, 5];

const dark = { dark: true } as const;

export const faults: readonly Fault[] = [
  { name: 'cut off for 3 s', ...dark, strike: during(3_000, (host) => host.cut(), (host) => host.mend()) },
  { name: 'cut off until the end', ...dark, slow: true, strike: untilTheEnd((host) => host.cut(), (host) => host.mend()) },
  { name: 'SSH refused for 3 s', strike: during(3_000, (host) => host.refuse(22), (host) => host.accept(22)) },
  { name: 'SSH refused until the end', slow: true, strike: untilTheEnd((host) => host.refuse(22), (host) => host.accept(22)) },
  { name: 'SSH connections killed', strike: async ({ host }) => quietly(host, 'pkill -KILL -f "^sshd: root"') },
  { name: '30 of 100 packets to SSH lost', strike: untilTheEnd(async (host) => loss(host, '-I'), async (host) => loss(host, '-D')) },
  { name: 'host hung for 5 s', ...dark, strike: during(5_000, (host) => host.freeze(), (host) => host.thaw()) },
  { name: 'host hung until the end', ...dark, slow: true, strike: untilTheEnd((host) => host.freeze(), (host) => host.thaw()) },
  { name: 'power cut, off until the end', ...dark, slow: true, strike: untilTheEnd((host) => host.crash(), (host) => host.boot()) },
  { name: 'power cut, on again at once', ...dark, strike: async ({ host }) => host.boot().then(() => undefined) },
  { name: 'engine killed', ...dark, strike: async ({ host }) => host.engine.kill().then(() => () => host.engine.ready()) },
  { name: 'engine and containerd killed', ...dark, strike: async ({ host }) => host.engine.kill('containerd').then(() => () => host.engine.ready()) },
  { name: 'engine restarted', ...dark, strike: async ({ host }) => host.engine.stop().then(() => host.engine.start()).then(() => undefined) },
  { name: 'engine hung for 8 s', ...dark, strike: during(8_000, (host) => host.engine.freeze(), (host) => host.engine.thaw()) },
  { name: 'engine hung until the end', ...dark, slow: true, strike: untilTheEnd((host) => host.engine.freeze(), (host) => host.engine.thaw()) },
  { name: 'disk full until the end', strike: untilTheEnd((host) => host.fill(), (host) => host.free()) },
  { name: 'proxy killed', ...dark, strike: async ({ host }) => quietly(host, 'kill -KILL "$(docker inspect -f "{{.State.Pid}}" "$(docker ps -q --filter name=stagecraft-proxy)")"') },
  { name: 'scripts killed', strike: async ({ host }) => quietly(host, 'pkill -KILL -f "/root/[.]stagecraft/fleet"') },
  { name: 'operator killed', codes: [137], strike: ({ operator }) => signalled(operator, 'SIGKILL') },
  { name: 'operator killed, and the engine', ...dark, codes: [137], strike: async ({ operator, host }) => signalled(operator, 'SIGKILL').then(() => host.engine.kill()).then(() => () => host.engine.ready()) },
  { name: 'Ctrl-C', codes: [0, 4, 130], strike: ({ operator }) => signalled(operator, 'SIGINT') },
  {
    name: 'Ctrl-C twice',
    codes: [0, 4, 130],
    async strike({ operator }) {
      operator.kill('SIGINT');
      await sleep(300);
      return signalled(operator, 'SIGINT');
    },
  },
  { name: 'terminal closed', codes: [0, 4, 129, 130, 143], strike: ({ operator }) => signalled(operator, 'SIGHUP') },
  { name: 'operator stopped and taken over', codes: [0, 4, 6], strike: takenOver },
];

function during(ms: number, begin: (host: TestHost) => void | Promise<void>, end: (host: TestHost) => void | Promise<void>): Fault['strike'] {
  return async ({ host }) => {
    await begin(host);
    await sleep(ms);
    await end(host);
    return undefined;
  };
}

function untilTheEnd(begin: (host: TestHost) => void | Promise<void>, end: (host: TestHost) => void | Promise<void>): Fault['strike'] {
  return async ({ host }) => {
    await begin(host);
    return async () => end(host);
  };
}

/** What it is to end may have ended already. */
async function quietly(host: TestHost, script: string): Promise<undefined> {
  await host.exec(['sh', '-c', script]);
  return undefined;
}

async function loss(host: TestHost, change: '-I' | '-D'): Promise<void> {
  await host.must(['iptables', '--wait', change, 'INPUT', '-p', 'tcp', '--dport', '22', '-m', 'statistic', '--mode', 'random', '--probability', '0.3', '-j', 'DROP']);
}

function signalled(operator: Begun, signal: NodeJS.Signals): Promise<undefined> {
  operator.kill(signal);
  return Promise.resolve(undefined);
}

/** As by a laptop that sleeps; another takes the lock and brings the release to its end, and the first one wakes up. */
async function takenOver({ scene, operator }: Struck): Promise<undefined> {
  operator.kill('SIGSTOP');
  try {
    const refused = await scene.stagecraft([0, 1, 4, 6], 'deploy', '--resume', '--yes');
    const session = /lock take --id ([\w-]+)/.exec(refused.all)?.[1];
    // It had let go of the lock already.
    if (session === undefined) return undefined;
    await scene.stagecraft([0], 'lock', 'take', '--id', session, '--yes');
    const resumed = await scene.stagecraft([0, 1, 4], 'deploy', '--resume', '--yes');
    must(resumed.exitCode !== 1 || /nothing to resume/.test(resumed.all), `resumed by who took over: exit code 1: ${resumed.all.slice(-800)}`);
    return undefined;
  } finally {
    operator.kill('SIGCONT');
  }
}
