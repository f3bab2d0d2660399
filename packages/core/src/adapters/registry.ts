import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { fail, isStagecraftError } from '../errors/index.js';
import { registryOf, splitTag } from '../images/reference.js';
import type { Registry, TransferOptions } from '../ports/registry.js';
import type { EngineAccess } from './engine.js';

const tries = 3;
/** Without a word for so long, a transfer has broken. */
const silenceMs = 120_000;

/** By the API of an engine, wherever it is: the login travels in a header of the request. Source: docs.docker.com/reference/api/engine, "Authentication". */
export function registryBy({ where, options }: EngineAccess): Registry {
  const engine = async (): Promise<import('dockerode')> => {
    const { Docker } = await import('./dockerode.js');
    return new Docker(options);
  };
  return {
    pull: (reference, how) =>
      often(how, { code: 'SC4014', what: `The engine at ${where} cannot pull ${reference}` }, reference, async () => {
        const docker = await engine();
        return (await docker.pull(reference, { authconfig: authOf(reference, how), abortSignal: how.signal })) as Readable;
      }),
    push: (reference, how) =>
      often(how, { code: 'SC4013', what: `The engine of this machine cannot push ${reference}` }, reference, async () => {
        const docker = await engine();
        const { name, tag } = splitTag(reference);
        return (await docker.getImage(name).push({ tag, authconfig: authOf(reference, how), abortSignal: how.signal })) as Readable;
      }),
  };
}

function authOf(reference: string, { login }: TransferOptions): { username: string; password: string; serveraddress: string } {
  const host = registryOf(reference);
  return { ...login, serveraddress: host === 'docker.io' ? 'https://index.docker.io/v1/' : host };
}

/** Three tries, but for what a registry refuses. */
async function often(how: TransferOptions, { code, what }: { readonly code: string; readonly what: string }, reference: string, begin: () => Promise<Readable>): Promise<void> {
  for (let nth = 1; ; nth += 1) {
    try {
      return await followed(await begin(), how);
    } catch (error) {
      if (how.signal.aborted || isStagecraftError(error)) throw error;
      const said = (error as Error).message.trim();
      const refused = /unauthorized|denied|authentication|no basic auth|not found|unknown|invalid reference/i.test(said);
      if (refused || nth === tries) throw fail({ code, kind: 'external', message: `${what}: ${said}`, next: refused ? [`Look at the entry of ${registryOf(reference)} in \`registries\`, and at what its user may do.`] : [`Can it be reached? curl -I https://${registryOf(reference)}/v2/`], cause: error });
      await sleep(nth * 1_000, undefined, { signal: how.signal });
    }
  }
}

interface Message {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** Reads what the engine tells, a line of JSON each, to its end. It tells of failures in the stream, with status 200. */
async function followed(stream: Readable, { signal, onBytes }: TransferOptions): Promise<void> {
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  let rest = '';
  let quiet: NodeJS.Timeout | undefined;
  const alive = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(() => stream.destroy(new Error(`the engine has told nothing for ${silenceMs / 1000} s`)), silenceMs);
  };
  const stop = (): void => void stream.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  alive();
  try {
    for await (const chunk of stream) {
      alive();
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(line, layers, onBytes);
    }
    tell(rest, layers, onBytes);
  } finally {
    clearTimeout(quiet);
    signal.removeEventListener('abort', stop);
  }
}

function tell(line: string, layers: Map<string, { readonly current: number; readonly total: number }>, onBytes: TransferOptions['onBytes']): void {
  if (line.trim() === '') return;
  const { id, status = '', error, progressDetail } = JSON.parse(line) as Message;
  if (error !== undefined) throw new Error(error);
  // What has come is told again while it is unpacked.
  if (id === undefined || progressDetail?.current === undefined || !/^(?:Downloading|Pushing)$/.test(status) || !onBytes) return;
  const { current, total = current } = progressDetail;
  layers.set(id, { current, total: Math.max(total, current) });
  const all = [...layers.values()];
  onBytes(all.reduce((sum, one) => sum + one.current, 0), all.reduce((sum, one) => sum + one.total, 0));
}
