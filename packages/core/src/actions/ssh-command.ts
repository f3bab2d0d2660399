import type { HostSettings } from '../config/types.js';
import { nearest } from '../config/nearest.js';
import { fail } from '../errors/index.js';
import { commandLine } from '../hosts/quote.js';
import type { Identity } from './host.js';
import { identify } from './identity.js';
import { opensshEnvironment, opensshTo } from './openssh.js';
import { targetOf } from './ssh-host.js';
import type { SshCommandOptions, SshCommandResult, Workspace } from './types.js';

/**
 * Logs in to a host, or runs a command there, by the OpenSSH client: with the same user, config, jumps and host key as every other command reaches it. It needs
 * no engine on the host and no deployed release.
 * @throws StagecraftError `user` where it is not clear which host is meant, or the environment is on this machine.
 */
export async function sshCommand(ws: Workspace, options: SshCommandOptions): Promise<SshCommandResult> {
  const identity = await identify(ws);
  if (identity.driver !== 'ssh')
    throw fail({ code: 'SC5150', kind: 'user', message: `${identity.environment} is on this machine (driver: ${identity.driver}): there is no host to log in to.`, next: ['A shell in a container: stagecraft exec SERVICE -- sh', 'stagecraft config show'] });
  const { command, foreground } = options;
  if (!foreground && command.length === 0) throw fail({ code: 'SC5153', kind: 'user', message: 'A login needs the terminal, and with --json there is none.', next: ['stagecraft ssh HOST --json -- COMMAND'] });
  const host = await chosen(ws, identity, options);
  const session = foreground?.tty !== true ? 'none' : command.length > 0 ? 'terminal' : 'shell';
  const argv = [...(await opensshTo(ws, targetOf(host), { session, batch: !foreground, quiet: false })), ...remoteLine(command)];
  const env = opensshEnvironment(ws);
  if (foreground) return { host: host.name, exitCode: await foreground.run(argv, { env }) };
  return { host: host.name, ...(await ws.exec.run(argv, { env, signal: ws.signal })) };
}

/** One word is a line for the shell there, with its pipes and variables, as with `ssh`; of several each arrives as it is. */
function remoteLine(command: readonly string[]): readonly string[] {
  return command.length > 1 ? [commandLine(command)] : command;
}

async function chosen(ws: Workspace, { hosts, environment }: Identity, { host: named, role }: SshCommandOptions): Promise<HostSettings> {
  const names = hosts.map(({ name }) => name);
  if (named !== undefined) {
    const found = hosts.find(({ name }) => name === named) ?? hosts.find(({ address }) => address === named);
    if (found) return found;
    const meant = nearest(named, names);
    throw fail({ code: 'SC5151', kind: 'user', message: `${environment} has no host ${named}.`, next: [...(meant === undefined ? [] : [`stagecraft ssh ${meant}`]), `Hosts: ${names.join(', ')}`] });
  }
  const fitting = role === undefined ? hosts : hosts.filter(({ roles }) => roles.length === 0 || roles.includes(role));
  const [only] = fitting;
  if (only && fitting.length === 1) return only;
  const roles = [...new Set(hosts.flatMap((host) => host.roles))].sort();
  if (!only) throw fail({ code: 'SC5151', kind: 'user', message: `${environment} has no host${role === undefined ? '' : ` of the role ${role}`}.`, next: [...(roles.length === 0 ? [] : [`Roles: ${roles.join(', ')}`]), `Hosts: ${names.join(', ')}`] });
  const choices = fitting.map(({ name }) => name);
  const answer = await ws.io.ask({ code: 'SC5152', text: 'Which host?', choices, fallback: '' });
  const answered = fitting.find(({ name }) => name === answer);
  if (answered) return answered;
  throw fail({ code: 'SC5152', kind: 'user', message: `${environment} has ${choices.length} hosts${role === undefined ? '' : ` of the role ${role}`}: say which.`, next: choices.map((name) => `stagecraft ssh ${name}`) });
}
