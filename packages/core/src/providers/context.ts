import { insideProject } from '../environment/inside.js';
import { fail } from '../errors/index.js';
import { commandLine } from '../hosts/quote.js';
import type { Io } from '../io/io.js';
import type { Context, ProjectFiles } from '../plugin-api/context.js';
import type { HostFiles, HostHandle } from '../plugin-api/host.js';
import type { Clock } from '../ports/clock.js';
import type { Exec } from '../ports/exec.js';
import type { Files } from '../ports/files.js';
import type { Shell } from '../ports/shell.js';
import { createSecret } from '../secrets/secret.js';
import { fetchFrom, fetchPlainly, type Dial } from './plain-http.js';

/** What a provider's context is made of. `hosts`: those that it may use, by name. */
export interface ContextInit<Config> {
  readonly project: string;
  readonly environment: string;
  readonly config: Config;
  /** The project folder on the operator's machine. */
  readonly folder: string;
  readonly io: Pick<Io, 'event' | 'hide'>;
  /** Files of the operator's machine. */
  readonly files: Files;
  readonly exec: Exec;
  readonly hosts: Readonly<Record<string, { readonly shell: Shell; readonly files: HostFiles; readonly dial?: Dial }>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a provider gets in every call. The loopback of a host without a way of its own to it is this machine's. */
export function providerContext<Config>(init: ContextInit<Config>): Context<Config> {
  const { project, environment, config, folder, io, exec, files, clock, signal } = init;
  return {
    project,
    environment,
    config,
    io: { event: (event) => io.event(event) },
    files: projectFiles(files, folder),
    secret(name, value) {
      io.hide?.([value]);
      return createSecret(name, value);
    },
    exec: (argv, options = {}) => exec.run(argv, { cwd: folder, signal, ...options }),
    on: (name) => handleOf(init, name),
    fetch: retrying(fetchPlainly, clock),
    clock: { now: () => clock.now(), sleep: (ms, stop) => clock.sleep(ms, stop) },
    signal,
    fail: (failure) => fail(failure),
  };
}

function projectFiles(files: Files, folder: string): ProjectFiles {
  const inside = (path: string): Promise<string> => insideProject(files, folder, path, 'a provider', { file: path, line: 1, column: 1 });
  const isFile = async (path: string): Promise<boolean> => (await files.stat(path))?.kind === 'file';
  return {
    async read(path) {
      const place = await inside(path);
      return (await isFile(place)) ? files.read(place, largest) : undefined;
    },
    write: async (path, content, mode) => files.write(await inside(path), content, mode),
    mode: async (path) => (await files.stat(await inside(path)))?.mode,
  };
}

// Files with more than this hold no settings.
const largest = 1024 * 1024;

function handleOf(init: ContextInit<unknown>, name: string): HostHandle {
  const host = Object.hasOwn(init.hosts, name) ? init.hosts[name] : undefined;
  if (!host) throw fail({ code: 'SC4210', kind: 'bug', message: `A provider asked for the host ${name}, which is not of this environment.` });
  return { name, files: host.files, fetch: retrying(host.dial ? fetchFrom(host.dial) : fetchPlainly, init.clock), exec: (argv, options = {}) => host.shell.run(commandLine(argv), { signal: init.signal, ...options }) };
}

const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const tries = 3;
/** For one try: who listens on loopback and does not answer is not waited for. */
const patienceMs = 5_000;

/** `fetch` that repeats a request that got no answer, where to repeat it is harmless. */
export function retrying(fetcher: typeof fetch, clock: Pick<Clock, 'sleep'>, perTryMs = patienceMs): typeof fetch {
  return async (input, init) => {
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
    const stop = init?.signal ?? undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await within(perTryMs, stop, (signal) => fetcher(input, { ...init, signal }));
      } catch (error) {
        if (stop?.aborted || attempt >= tries || !idempotent.has(method)) throw error;
        await clock.sleep(50 * attempt, stop);
      }
    }
  };
}

/** Ends a try in time, whatever the other side and the fetcher do. The timer keeps the process alive, as `AbortSignal.timeout` does not. */
async function within(ms: number, stop: AbortSignal | undefined, attempt: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
  const leave = new AbortController();
  const timer = setTimeout(() => leave.abort(new DOMException(`It did not answer within ${ms / 1000} s.`, 'TimeoutError')), ms);
  const pass = (): void => leave.abort(stop?.reason);
  if (stop?.aborted) pass();
  else stop?.addEventListener('abort', pass, { once: true });
  try {
    return await Promise.race([attempt(leave.signal), left(leave.signal)]);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', pass);
  }
}

function left(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}
