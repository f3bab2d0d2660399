import { homedir } from 'node:os';
import { fail } from '../../errors/index.js';
import type { Exec } from '../../ports/exec.js';

/** How a host is reached: what the `ssh` command would do, as it says itself. */
export interface Effective {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Name under which its key is known: `host`, or `[host]:port`. */
  readonly known: string;
  /** Files of known keys, the user's first: what is learnt is written to the first of those. */
  readonly knownHosts: { readonly user: readonly string[]; readonly global: readonly string[] };
  readonly identities: readonly string[];
  readonly identitiesOnly: boolean;
  /** Socket of the agent; absent where none is to be used. */
  readonly agent?: string;
  /** Hosts that are passed through, the first one first, as `user@host:port`. */
  readonly jumps: readonly string[];
  /** A command whose input and output are the connection. */
  readonly proxyCommand?: string;
}

export interface SshSettings {
  readonly exec: Exec;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks `ssh -G`: it alone reads `~/.ssh/config` as users mean it, with Match, Include and tokens. `STAGECRAFT_SSH_CONFIG` names another file, as `ssh -F` does.
 * @param destination `host`, `user@host` or `ssh://user@host:port`
 * @throws StagecraftError `external` when there is no OpenSSH client, `user` when the config is wrong.
 */
export async function effective({ exec, env }: SshSettings, destination: string, user?: string): Promise<Effective> {
  const config = env['STAGECRAFT_SSH_CONFIG'];
  const ran = await exec.run(['ssh', '-G', ...(config ? ['-F', config] : []), ...(user === undefined ? [] : ['-l', user]), '--', destination], { timeoutMs: 20_000 });
  if (ran.exitCode !== 0) {
    throw fail({ code: 'SC3701', kind: 'user', message: `The SSH configuration of ${destination} cannot be read: ${ran.stderr.trim().split('\n').at(-1) ?? ''}`, next: [`ssh -G ${destination}`] });
  }
  return parsed(ran.stdout, env);
}

/** Text of `ssh -G`: a keyword and its value a line. */
export function parsed(text: string, env: Readonly<Record<string, string | undefined>>): Effective {
  const lines = text.split('\n').map((line): readonly [string, string] => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1).trim()]);
  const all = (key: string): readonly string[] => lines.filter(([name]) => name === key).map(([, value]) => value);
  const one = (key: string): string => all(key)[0] ?? '';
  const given = (key: string): string | undefined => (one(key) === '' || one(key) === 'none' ? undefined : one(key));
  const files = (key: string): readonly string[] => (given(key)?.split(/\s+/) ?? []).map(atHome);
  const host = one('hostname');
  const port = Number(one('port')) || 22;
  const name = given('hostkeyalias') ?? host;
  const agent = one('identityagent') === 'none' ? undefined : agentOf(given('identityagent'), env);
  const proxyCommand = given('proxycommand');
  return {
    host,
    port,
    user: one('user'),
    known: port === 22 || given('hostkeyalias') !== undefined ? name : `[${name}]:${port}`,
    knownHosts: { user: files('userknownhostsfile'), global: files('globalknownhostsfile') },
    identities: all('identityfile').filter((file) => file !== 'none').map(atHome),
    identitiesOnly: one('identitiesonly') === 'yes',
    ...(agent === undefined ? {} : { agent }),
    jumps: given('proxyjump')?.split(',').map((jump) => jump.trim()) ?? [],
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
  };
}

/** A destination for `ssh -G` from an entry of ProxyJump, as `ssh -G` writes it: `user@[host]:port`. */
export function destinationOf(jump: string): string {
  const [, user = '', bracketed, plain = '', port] = /^([^@]*@)?(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d+))?$/.exec(jump) ?? [];
  const host = bracketed ?? plain;
  if (host === '') return jump;
  return port === undefined ? `${user}${host}` : `ssh://${user}${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function agentOf(set: string | undefined, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (set === undefined || set === 'SSH_AUTH_SOCK') return env['SSH_AUTH_SOCK'] || undefined;
  return set.startsWith('$') ? env[set.replace(/^\$\{?|\}$/g, '')] || undefined : atHome(set);
}

function atHome(path: string): string {
  return path.startsWith('~/') ? `${homedir()}${path.slice(1)}` : path;
}
