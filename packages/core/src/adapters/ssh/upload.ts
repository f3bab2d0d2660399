import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fail, isStagecraftError } from '../../errors/index.js';
import { quote } from '../../hosts/quote.js';
import type { Shell } from '../../ports/shell.js';
import type { UploadOptions } from '../../ports/ssh.js';

/** Begins a command that reads what is written to it. */
export type Feed = (script: string, signal?: AbortSignal) => Promise<{ readonly input: Writable; readonly exitCode: Promise<number | undefined> }>;

/** A connection that breaks again and again under an upload, which goes on each time where it was. */
const mostTries = 8;

/**
 * Brings a file to a host. What is there of it from before is not sent again; it has its name only once its digest is right.
 * @throws StagecraftError `external` when the connection breaks for good, the disk is full, or the bytes are others.
 */
export async function upload(name: string, shell: Shell, feed: Feed, file: string, to: string, options: UploadOptions): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (await once(name, shell, feed, file, to, options)) return;
    } catch (error) {
      if (options.signal?.aborted || tries >= mostTries || !isStagecraftError(error) || error.code !== 'SC3708') throw error;
      continue;
    }
    if (tries >= 2) throw fail({ code: 'SC3715', kind: 'external', message: `What was brought to ${name} is not what was sent: its digest is another.`, next: ['stagecraft deploy --resume'] });
  }
}

/** @returns false when what is there then is something else; it is gone then. */
async function once(name: string, shell: Shell, feed: Feed, file: string, to: string, { bytes, sha256, signal, onBytes }: UploadOptions): Promise<boolean> {
  // Whoever tidies up after those who died knows it by the end of its name, as it knows the whole.
  const part = posix.join(posix.dirname(to), `.part-${posix.basename(to)}`);
  const there = await sizeThere(shell, to, part);
  const begin = there === 'whole' ? bytes : there > bytes ? 0 : there;
  onBytes?.(begin);
  if (there === 'whole') return true;
  await send(name, feed, file, part, begin, signal, (sent) => onBytes?.(begin + sent));
  const checked = await shell.run(`set -- ${quote(part)} ${quote(to)}\nsum=$(sha256sum <"$1") || exit 1\nif [ "\${sum%% *}" != ${sha256} ]; then rm -f "$1"; exit 3; fi\nsync "$1" 2>/dev/null || sync\nmv -f "$1" "$2"`, { timeoutMs: 600_000, ...(signal ? { signal } : {}) });
  if (checked.exitCode !== 0 && checked.exitCode !== 3) throw fail({ code: 'SC3716', kind: 'external', message: `${posix.dirname(to)} of ${name} does not take what was brought: ${checked.stderr.trim()}`, next: [`df -h on ${name}`, 'stagecraft deploy --resume'] });
  return checked.exitCode === 0;
}

async function sizeThere(shell: Shell, to: string, part: string): Promise<number | 'whole'> {
  const { stdout, stderr, exitCode } = await shell.run(`${masked(to)}\nmkdir -p ${quote(posix.dirname(to))} || exit 1\nif [ -f ${quote(to)} ]; then echo whole; elif [ -f ${quote(part)} ]; then wc -c <${quote(part)}; else echo 0; fi`, { timeoutMs: 60_000, again: true });
  if (exitCode !== 0) throw fail({ code: 'SC3716', kind: 'external', message: `Nothing can be put into ${posix.dirname(to)}: ${stderr.trim()}`, next: ['stagecraft status'] });
  return stdout.trim() === 'whole' ? 'whole' : Number(stdout.trim());
}

/** A folder of a group is for all of the group, as the rest of the state is. */
function masked(path: string): string {
  return `umask 077\n[ ! -g ${quote(posix.dirname(posix.dirname(path)))} ] || umask 007`;
}

async function send(name: string, feed: Feed, file: string, part: string, begin: number, signal: AbortSignal | undefined, onBytes: (sent: number) => void): Promise<void> {
  const { input, exitCode } = await feed(`${masked(part)}\n${begin === 0 ? `exec cat >${quote(part)}` : `exec cat >>${quote(part)}`}`, signal);
  let sent = 0;
  const piped = pipeline(createReadStream(file, { start: begin, highWaterMark: 256 * 1024 }), async function* (parts: AsyncIterable<Buffer>) {
    for await (const chunk of parts) {
      yield chunk;
      onBytes((sent += chunk.length));
    }
  }, input).catch(() => undefined);
  const code = await exitCode;
  if (code === undefined) throw fail({ code: 'SC3708', kind: 'external', message: `The connection to ${name} broke in the middle of an upload.`, next: ['stagecraft deploy --resume'] });
  await piped;
  if (code !== 0) throw fail({ code: 'SC3717', kind: 'external', message: `An upload to ${name} ended with exit code ${code}: is its disk full?`, next: [`df -h on ${name}`, 'stagecraft prune'] });
}
