import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureImages } from '@stagecraft-tools/engine/parts';
import { freezeGroup, makeGroups } from './control-groups.js';
import { engineFaults } from './engine-faults.js';
import { runGroup } from './inside.js';
import { consoleOf, plainEnvironment, processOf, switchOff, switchOn, type HostRecord } from './machine.js';
import { addressOf, cable } from './network.js';
import { folderOf, type HostPlaces } from './places.js';
import type { InsideOptions, TestHost } from './types.js';
import { PATIENCE, waitFor } from './wait.js';

/** What an engine's client needs of this machine to speak to the engine of a host. */
export interface Client {
  /** Before PATH: holds the docker command. */
  readonly bin: string;
  /** Its folder of settings, with Compose. */
  readonly config: string;
}

/** A host by what its folder says; it was made before. */
export function hostAt(places: HostPlaces, name: string, client: Client): TestHost {
  const folder = folderOf(places, name);
  const record = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as HostRecord;
  const address = addressOf(record.number);
  const docker = record.choice.docker ?? true;

  const first = (): number => {
    const one = processOf(folder);
    if (!one) throw new Error(`the host ${name} is off`);
    return one.pid;
  };
  const socket = (): string => `/proc/${first()}/root/run/docker.sock`;
  const inside = (argv: readonly string[]): string[] => {
    const pid = String(first());
    // Into its control groups first, so that it is frozen with the host.
    const enter = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit 1; shift; done; shift; exec "$@"';
    return ['-c', enter, 'sh', ...makeGroups(name), '--', 'nsenter', '--target', pid, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--', ...argv];
  };
  const environment = ({ env, cwd }: InsideOptions): NodeJS.ProcessEnv => ({ ...plainEnvironment(), ...env, ...(cwd === undefined ? {} : { STAGECRAFT_HOSTS_CWD: cwd }) });
  const timed = ({ input, timeout }: InsideOptions): Pick<InsideOptions, 'input' | 'timeout'> => ({ ...(input === undefined ? {} : { input }), ...(timeout === undefined ? {} : { timeout }) });
  // The folder is the host's, so it is entered there.
  const placed = (argv: readonly string[], cwd: string | undefined): readonly string[] => (cwd === undefined ? argv : ['sh', '-c', 'cd "$STAGECRAFT_HOSTS_CWD" && exec "$@"', 'sh', ...argv]);

  const host: TestHost = {
    name,
    address,
    docker,
    on: () => processOf(folder) !== undefined,
    socket,
    env: () => ({ ...process.env, DOCKER_HOST: `unix://${socket()}`, DOCKER_CONFIG: client.config, PATH: `${client.bin}:${process.env['PATH'] ?? ''}` }),
    exec: (argv, more = {}) => runGroup('sh', inside(placed(argv, more.cwd)), { ...timed(more), env: environment(more) }),
    must: async (argv, more = {}) => {
      const ran = await host.exec(argv, more);
      if (ran.code === 0) return ran.stdout;
      throw new Error(`${name}: ${argv.join(' ').slice(0, 300)} failed (${ran.code}):\n${(ran.stderr || ran.stdout).trim().slice(-2000)}`);
    },
    begin: (argv, more = {}) => spawn('sh', inside(placed(argv, more.cwd)), { env: environment(more), stdio: ['ignore', 'pipe', 'pipe'] }),
    ssh: (user = 'root') => ['-i', join(places.state, 'key'), '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${join(places.state, 'known_hosts')}`, '-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=5', '-o', 'LogLevel=ERROR', `${user}@${address}`],
    async images(names) {
      for (const one of await ensureImages({ env: host.env() as never }, names, { offline: true })) if (one.came === 'absent') throw new Error(`${name}: no image ${one.name}: ${one.reason ?? ''}`);
    },
    crash: () => switchOff(folder, name),
    async boot() {
      await switchOff(folder, name);
      await switchOn(folder, record);
      await waitFor(() => greets(address), () => `${name}: no SSH in ${PATIENCE / 1000} s\n${consoleOf(folder)}`);
      if (docker) await host.engine.ready();
    },
    engine: engineFaults(() => host),
    freeze: () => freezeGroup(name, true),
    thaw: () => freezeGroup(name, false),
    cut: () => cable(name, 'cut'),
    mend: () => cable(name, 'whole'),
    refuse: (port) => rule('--insert', port),
    accept: (port) => rule('--delete', port),
    async fill(leave = 0) {
      await host.must(['sh', '-c', 'n=$(($(df --output=avail --block-size=1 /var/lib/docker | tail -n 1) - $1)); [ $n -le 0 ] || fallocate -l $n /var/lib/docker/filler || head -c $n /dev/zero >/var/lib/docker/filler 2>/dev/null || :', 'sh', String(leave)]);
    },
    async free() {
      await host.must(['rm', '-f', '/var/lib/docker/filler']);
    },
  };
  const rule = async (change: '--insert' | '--delete', port: number): Promise<void> => {
    await host.must(['iptables', '--wait', change, 'INPUT', '--protocol', 'tcp', '--dport', String(port), '--jump', 'REJECT', '--reject-with', 'tcp-reset']);
  };
  return host;
}

/** Does somebody speak SSH there? */
function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const done = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', done(true)).once('error', done(false)).once('timeout', done(false)).once('close', done(false));
  });
}
