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
export async function upload(name: string, shell: Shell, feed: Feed, file: string, to: string, { bytes, sha256, signal, onBytes }: UploadOptions): Promise<void> {
  const part = `${to}.part`;
  for (let tries = 1; ; tries += 1) {
    const there = await sizeThere(shell, to, part);
    if (there === 'whole') return onBytes?.(bytes);
    const begin = there > bytes ? 0 : there;
    onBytes?.(begin);
    try {
      await send(feed, file, part, begin, signal, (sent) => onBytes?.(begin + sent));
    } catch (error) {
      if (signal?.aborted || tries >= mostTries || !isStagecraftError(error) || error.code !== 'SC3708') throw error;
      continue;
    }
    const checked = await shell.run(`set -- ${quote(part)} ${quote(to)}\nsum=$(sha256sum <"$1") || exit 1\nif [ "\${sum%% *}" != ${sha256} ]; then rm -f "$1"; exit 3; fi\nsync "$1" 2>/dev/null || sync\nmv -f "$1" "$2"`, { timeoutMs: 600_000, ...(signal ? { signal } : {}) });
    if (checked.exitCode === 0) return;
    if (checked.exitCode !== 3 || tries >= 2) throw fail({ code: 'SC3715', kind: 'external', message: `What was brought to ${name} is not what was sent: ${checked.stderr.trim().split('\n').at(-1) || 'its digest is another'}.`, next: ['stagecraft deploy --resume'] });
  }
}

async function sizeThere(shell: Shell, to: string, part: string): Promise<number | 'whole'> {
  const { stdout, stderr, exitCode } = await shell.run(`umask 077\nmkdir -p ${quote(posix.dirname(to))} || exit 1\nif [ -f ${quote(to)} ]; then echo whole; elif [ -f ${quote(part)} ]; then wc -c <${quote(part)}; else echo 0; fi`, { timeoutMs: 60_000, again: true });
  if (exitCode !== 0) throw fail({ code: 'SC3716', kind: 'external', message: `Nothing can be put into ${posix.dirname(to)}: ${stderr.trim()}`, next: ['stagecraft status'] });
  return stdout.trim() === 'whole' ? 'whole' : Number(stdout.trim());
}

async function send(feed: Feed, file: string, part: string, begin: number, signal: AbortSignal | undefined, onBytes: (sent: number) => void): Promise<void> {
  const { input, exitCode } = await feed(`umask 077\n${begin === 0 ? `exec cat >${quote(part)}` : `exec cat >>${quote(part)}`}`, signal);
  let sent = 0;
  const piped = pipeline(createReadStream(file, { start: begin, highWaterMark: 256 * 1024 }), async function* (parts: AsyncIterable<Buffer>) {
    for await (const chunk of parts) {
      yield chunk;
      onBytes((sent += chunk.length));
    }
  }, input).catch(() => undefined);
  const code = await exitCode;
  if (code === undefined) throw fail({ code: 'SC3708', kind: 'external', message: 'The connection broke in the middle of an upload.', next: ['stagecraft deploy --resume'] });
  await piped;
  if (code !== 0) throw fail({ code: 'SC3717', kind: 'external', message: `An upload ended with exit code ${code}: is the disk of the host full?`, next: ['df -h on the host', 'stagecraft prune'] });
}
