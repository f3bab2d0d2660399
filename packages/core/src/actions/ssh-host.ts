import type { Duplex } from 'node:stream';
import { hostFiles } from '../adapters/host-files.js';
import { engineBy } from '../adapters/engine.js';
import { registryBy } from '../adapters/registry.js';
import { engineOver } from '../adapters/ssh/engine.js';
import type { HostSettings } from '../config/types.js';
import { fail } from '../errors/index.js';
import { localRoot } from '../hosts/local.js';
import type { LocalRoot } from '../hosts/local.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Containers } from '../ports/containers.js';
import type { Registry } from '../ports/registry.js';
import type { Shell } from '../ports/shell.js';
import type { Ssh, SshHost, SshTarget } from '../ports/ssh.js';

/** A host over SSH, before it is known what it has of an environment. */
export interface Reached {
  readonly shell: Shell;
  readonly files: HostFiles;
  readonly containers: Containers;
  readonly registry: Registry;
  readonly place: LocalRoot;
  readonly bootId: string;
  /** Connects to a port of its loopback. */
  readonly dial: (port: number) => Promise<Duplex>;
  readonly upload: SshHost['upload'];
}

/** A host of the config as it is to be reached. @param as another user than the config's. */
export function targetOf({ name, address = name, user, hostKey }: HostSettings, as = user): SshTarget {
  return { name, address, ...(as === undefined ? {} : { user: as }), ...(hostKey === undefined ? {} : { hostKey }) };
}

/** Connects to a host and asks it, in one script, what must be known of it first. @throws StagecraftError `external` when it cannot be reached. */
export async function reach(ssh: Ssh, settings: HostSettings, processEnv: Readonly<Record<string, string | undefined>>, patienceMs?: number): Promise<Reached> {
  const { name, address, user } = targetOf(settings);
  const host = ssh.to({ ...targetOf(settings), ...(patienceMs === undefined ? {} : { patienceMs }) });
  const asked = await host.shell.run(questions, { timeoutMs: 30_000, again: true });
  const [home = '', system = '', engine = '', bootId = ''] = asked.stdout.split('\n');
  if (asked.exitCode !== 0) throw fail({ code: 'SC3713', kind: 'external', message: `${name} has no POSIX shell that works: ${asked.stderr.trim().split('\n').at(-1) ?? ''}`, next: [`ssh ${user === undefined ? '' : `${user}@`}${address} sh -c true`] });
  if (engine !== '' && !engine.startsWith('unix://')) throw fail({ code: 'SC3714', kind: 'user', message: `DOCKER_HOST of ${name} is ${engine}: the engine of a host is used by a unix socket of its own.`, next: [`Unset DOCKER_HOST for ${user ?? 'the user'} on ${name}.`] });
  // The operator's own folder on this machine is none of the host's; STAGECRAFT_HOST_DIR means every host.
  const place = await localRoot({ HOME: home, STAGECRAFT_HOST_DIR: processEnv['STAGECRAFT_HOST_DIR'] }, { isWritableFolder: () => Promise.resolve(system === 'writable') });
  const access = engineOver(host, name, engine === '' ? '/var/run/docker.sock' : engine.slice('unix://'.length));
  return { shell: host.shell, files: hostFiles(host.shell), containers: engineBy(access), registry: registryBy(access), place, bootId, dial: (port) => host.port(port), upload: (...args) => host.upload(...args) };
}

const questions = `printf '%s\\n' "$HOME"
if [ -d /var/lib/stagecraft ] && [ -w /var/lib/stagecraft ] && [ -x /var/lib/stagecraft ]; then echo writable; else echo; fi
printf '%s\\n' "\${DOCKER_HOST:-}"
cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo`;
