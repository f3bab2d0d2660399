import type { SshTarget } from '../ports/ssh.js';

/** How the OpenSSH client is called. */
export interface OpenSshOptions {
  /** Config in place of `~/.ssh/config`. */
  readonly config?: string;
  /** Absolute path of a file of known hosts with the host's pinned key alone. */
  readonly pinned?: string;
  /** `terminal`: the session has one. `none`: input and output are passed through as they are. `shell`: as `ssh` itself decides. */
  readonly session: 'terminal' | 'none' | 'shell';
  /** Nobody is there to be asked. */
  readonly batch: boolean;
  /** What it does for a program of ours: it says nothing of its own but errors, and opens none of the user's forwardings. */
  readonly quiet: boolean;
}

/** The client gives up a host that gave no sign of life three times. */
const keepalive = ['ServerAliveInterval=15', 'ServerAliveCountMax=3', 'ConnectTimeout=20'];

/**
 * argv of the OpenSSH client for a host; one text for the login's shell may be added. It reads the user's config by itself; what `stagecraft.yml` says of the host goes before that, and its key is always verified.
 */
export function openSsh({ address, user }: Pick<SshTarget, 'address' | 'user'>, { config, pinned, session, batch, quiet }: OpenSshOptions): readonly string[] {
  const settings = [
    `StrictHostKeyChecking=${batch || pinned !== undefined ? 'yes' : 'ask'}`,
    ...(pinned === undefined ? [] : [`UserKnownHostsFile=${inConfig(pinned)}`, 'GlobalKnownHostsFile=/dev/null', 'UpdateHostKeys=no']),
    ...keepalive,
    ...(batch ? ['BatchMode=yes'] : []),
    // A master that stays behind would hold the output open for those who wait for its end.
    ...(quiet ? ['LogLevel=ERROR', 'ClearAllForwardings=yes', 'ControlMaster=no', 'PermitLocalCommand=no', 'RemoteCommand=none'] : []),
  ];
  return [
    'ssh',
    ...(config === undefined ? [] : ['-F', config]),
    ...(user === undefined ? [] : ['-l', user]),
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(session === 'shell' ? [] : [session === 'terminal' ? '-t' : '-T']),
    '--',
    address,
  ];
}

/** A file of known hosts in which every name has this key. @param hostKey as the config pins it, with or without names before the type. */
export function pinnedFile(hostKey: string): string {
  const words = hostKey.trim().split(/\s+/);
  const at = words.findIndex((word) => /^(ssh-|ecdsa-|sk-)/.test(word));
  return `* ${words.slice(Math.max(at, 0), Math.max(at, 0) + 2).join(' ')}\n`;
}

/** A path as a value of the client's config: one word, its tokens off. */
function inConfig(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
