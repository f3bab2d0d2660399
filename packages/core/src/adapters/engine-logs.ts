import type Dockerode from 'dockerode';
import type { LogLine, LogOptions } from '../ports/containers.js';

/** Lines of a container's log, as they come: what it is is asked of one client, its log read by another. A container with a TTY has one stream; others are multiplexed in frames of 8 + n bytes. */
export async function* logLines(ask: () => Promise<Dockerode>, read: () => Promise<Dockerode>, id: string, options: LogOptions, explain: (error: unknown) => Error): AsyncIterable<LogLine> {
  const stream = await open(await ask(), await read(), id, options).catch((error: unknown) => {
    throw explain(error);
  });
  if (!stream) return;
  const stop = (): void => void stream.source.destroy();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    const split = { stdout: lineSplitter(), stderr: lineSplitter() };
    for await (const frame of stream.tty ? whole(stream.source) : frames(stream.source))
      for (const line of split[frame.stream](frame.bytes)) yield logLine(id, frame.stream, line);
    for (const name of ['stdout', 'stderr'] as const) for (const line of split[name](undefined)) yield logLine(id, name, line);
  } catch (error) {
    if (options.signal?.aborted) return;
    throw explain(error);
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stream.source.destroy();
  }
}

interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

interface Source extends AsyncIterable<Buffer> {
  destroy(): void;
}

async function open(asked: Dockerode, read: Dockerode, id: string, options: LogOptions): Promise<{ source: Source; tty: boolean } | undefined> {
  const info = await asked.getContainer(id).inspect().catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  });
  if (!info) return undefined;
  const query = { stdout: true, stderr: true, timestamps: true, ...(options.since ? { since: engineTime(options.since) } : {}), ...(options.tail === undefined ? {} : { tail: options.tail }) };
  // Its types say a buffer without follow and a stream with it; which one came is seen here.
  const container = read.getContainer(id);
  const ask = container.logs.bind(container) as unknown as (options: object) => Promise<Buffer | Source>;
  const answer = await ask({ ...query, follow: options.follow ?? false });
  return { source: Buffer.isBuffer(answer) ? atOnce(answer) : answer, tty: info.Config.Tty };
}

/** Its API knows seconds alone, whatever its command line takes. */
function engineTime(time: string): string {
  const ms = Date.parse(time);
  if (/^[0-9]+(\.[0-9]+)?$/.test(time) || Number.isNaN(ms)) return time;
  const fraction = /\.([0-9]{1,9})/.exec(time)?.[1] ?? '0';
  return `${Math.floor(ms / 1000)}.${fraction.padEnd(9, '0')}`;
}

function atOnce(bytes: Buffer): Source {
  return {
    destroy: () => undefined,
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}

async function* whole(source: Source): AsyncIterable<Frame> {
  for await (const bytes of source) yield { stream: 'stdout', bytes };
}

async function* frames(source: Source): AsyncIterable<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const length = rest.readUInt32BE(4);
      if (rest.length < 8 + length) break;
      yield { stream: rest[0] === 2 ? 'stderr' : 'stdout', bytes: rest.subarray(8, 8 + length) };
      rest = rest.subarray(8 + length);
    }
  }
}

/** Cuts a stream of bytes into lines; `undefined` flushes the last one. Bytes are joined before decoding, so no character is torn. */
function lineSplitter(): (bytes: Buffer | undefined) => string[] {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    if (!bytes) return rest.length > 0 ? [rest.toString('utf8')] : [];
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const lines: string[] = [];
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      lines.push(rest.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      rest = rest.subarray(end + 1);
    }
    return lines;
  };
}

function logLine(container: string, stream: 'stdout' | 'stderr', line: string): LogLine {
  const space = line.indexOf(' ');
  return space < 0 ? { container, stream, time: line, text: '' } : { container, stream, time: line.slice(0, space), text: line.slice(space + 1) };
}
