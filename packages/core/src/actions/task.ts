import { scriptEnvironment } from '../adapters/shell.js';
import { logLine } from '../io/catalogue/cli.js';
import type { Foreground } from '../ports/foreground.js';
import type { TaskOptions, TaskResult, Workspace } from './types.js';

/** The container that a command runs in. */
export interface TaskPlace extends Pick<TaskResult, 'service' | 'container' | 'release'> {
  readonly host: string;
}

/** Flags of `docker exec` and `docker compose run` that say who runs it and where. */
export function placeFlags({ user, workdir }: Pick<TaskOptions, 'user' | 'workdir'>): readonly string[] {
  return [...(user === undefined ? [] : ['--user', user]), ...(workdir === undefined ? [] : ['--workdir', workdir])];
}

/**
 * Runs a docker command line to its end: in the foreground of the terminal, or with its output told line by line and kept.
 * @param hooks as the foreground takes them.
 */
export async function carryTask(ws: Workspace, place: TaskPlace, argv: readonly string[], { foreground }: Pick<TaskOptions, 'foreground'>, hooks: Omit<Parameters<Foreground['run']>[1], 'env'> = {}): Promise<TaskResult> {
  const { host, ...of } = place;
  const env = taskEnvironment(ws);
  if (foreground) return { ...of, exitCode: await foreground.run(argv, { env, ...hooks }) };
  const onLine = (text: string, stream: 'stdout' | 'stderr'): void =>
    ws.io.event(logLine({ host, service: of.service, source: of.container, release: of.release, stream, time: new Date(ws.clock.now()).toISOString(), text }));
  const { exitCode, stdout, stderr } = await ws.exec.run(argv, { env, onLine, signal: ws.signal });
  return { ...of, exitCode, stdout, stderr };
}

/** What the docker command line needs, and what a terminal is. */
function taskEnvironment(ws: Workspace): Readonly<Record<string, string>> {
  const term = ws.processEnv['TERM'];
  return { ...scriptEnvironment(ws.processEnv), ...(term === undefined ? {} : { TERM: term }) };
}
