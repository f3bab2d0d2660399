import { scriptEnvironment } from '../adapters/shell.js';
import { loginCommand } from '../hosts/login-command.js';
import { commandLine } from '../hosts/quote.js';
import { logLine } from '../io/catalogue/cli.js';
import type { OpenHost } from './host.js';
import { opensshEnvironment, opensshTo } from './openssh.js';
import type { TaskOptions, TaskResult, Workspace } from './types.js';

/** The container that a command runs in. */
export interface TaskPlace extends Pick<TaskResult, 'service' | 'container' | 'release'> {
  readonly host: OpenHost;
}

/** What is run on the host beside the command. */
export interface TaskHooks {
  /** Brings a signal to where it is meant for, in place of the process that was started. */
  readonly signalled?: (signal: string) => readonly string[];
  /** Is started when this process has to go before the command ended. */
  readonly orphaned?: readonly string[];
}

/** Flags of `docker exec` and `docker compose run` that say who runs it and where. */
export function placeFlags({ user, workdir }: Pick<TaskOptions, 'user' | 'workdir'>): readonly string[] {
  return [...(user === undefined ? [] : ['--user', user]), ...(workdir === undefined ? [] : ['--workdir', workdir])];
}

/**
 * Runs a docker command line on its host to its end: in the foreground of the terminal, or with its output told line by line and kept. Over SSH it is the
 * OpenSSH client that runs it: only that has the terminal as it is.
 */
export async function carryTask(ws: Workspace, place: TaskPlace, argv: readonly string[], { foreground }: Pick<TaskOptions, 'foreground'>, { signalled, orphaned }: TaskHooks = {}): Promise<TaskResult> {
  const { host, ...named } = place;
  const of = { host: host.name, ...named };
  const env = taskEnvironment(ws, host);
  const over = await overTo(ws, host, { session: foreground?.tty === true ? 'terminal' : 'none', batch: !foreground });
  if (foreground) {
    const beside = await overTo(ws, host, { session: 'none', batch: true });
    return { ...of, exitCode: await foreground.run(over(argv), { env, ...(signalled ? { signalled: (signal: string) => beside(signalled(signal)) } : {}), ...(orphaned ? { orphaned: beside(orphaned) } : {}) }) };
  }
  const onLine = (text: string, stream: 'stdout' | 'stderr'): void =>
    ws.io.event(logLine({ host: host.name, service: of.service, source: of.container, release: of.release, stream, time: new Date(ws.clock.now()).toISOString(), text }));
  const { exitCode, stdout, stderr } = await ws.exec.run(over(argv), { env, onLine, signal: ws.signal });
  return { ...of, exitCode, stdout, stderr };
}

/** How a command line of the host is run from this machine. */
async function overTo(ws: Workspace, { target }: OpenHost, how: { readonly session: 'terminal' | 'none'; readonly batch: boolean }): Promise<(argv: readonly string[]) => readonly string[]> {
  if (!target) return (argv) => argv;
  const client = await opensshTo(ws, target, { ...how, quiet: true });
  return (argv) => [...client, loginCommand(`exec ${commandLine(argv)}`)];
}

/** What the docker command line needs, and what a terminal is; for a host over SSH what its client needs. */
function taskEnvironment(ws: Workspace, { target }: OpenHost): Readonly<Record<string, string>> {
  if (target) return opensshEnvironment(ws);
  const term = ws.processEnv['TERM'];
  return { ...scriptEnvironment(ws.processEnv), ...(term === undefined ? {} : { TERM: term }) };
}
