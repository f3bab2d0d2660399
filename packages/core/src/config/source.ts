import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Files } from '../ports/files.js';

/** `yaml` is fast enough for what people write, and slow enough for what attackers write. */
export const largest = 256 * 1024;

/**
 * The text of the config file: UTF-8, a byte order mark left out, no control characters.
 * @throws StagecraftError `user`: SC1001 no file, SC1002 a folder or no plain file, SC1003 empty, SC1004 too large, SC1005 not UTF-8,
 * SC1006 control characters.
 */
export async function readSource(files: Files, path: string): Promise<string> {
  const found = await files.stat(path);
  if (found === undefined) {
    throw fail({ code: 'SC1001', kind: 'user', message: `there is no ${path} here`, next: ['stagecraft init', 'or run this in the folder that holds it, or name it with --config'] });
  }
  const start = { file: path, line: 1, column: 1 };
  if (found.kind !== 'file') {
    throw fail({ code: 'SC1002', kind: 'user', message: `${path} is ${found.kind === 'folder' ? 'a folder' : 'no plain file'}; the config is a file`, next: ['name the file with --config'], location: start });
  }
  if (found.size > largest) throw tooLarge(path, found.size);
  const bytes = await files.readBytes(path, largest + 1);
  if (bytes === undefined) throw fail({ code: 'SC1001', kind: 'user', message: `there is no ${path} here`, next: ['stagecraft init'] });
  if (bytes.length > largest) throw tooLarge(path, bytes.length);

  const text = decode(bytes, path);
  if (text.trim() === '') throw fail({ code: 'SC1003', kind: 'user', message: `${path} is empty`, next: ['stagecraft init --force'], location: start });
  const control = findControl(text, path);
  if (control !== undefined) throw fail({ ...control, kind: 'user', next: control.next ?? [] });
  return text;
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lenient = new TextDecoder('utf-8').decode(bytes);
    const bad = lenient.indexOf('\uFFFD');
    const before = lenient.slice(0, Math.max(bad, 0)).split('\n');
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw fail({
      code: 'SC1005',
      kind: 'user',
      message: `${path} is not UTF-8${utf16 ? ' but UTF-16' : ''}`,
      next: ['save it as UTF-8'],
      location: { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
    });
  }
}

function findControl(text: string, path: string): Finding | undefined {
  // eslint-disable-next-line no-control-regex
  const index = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (index < 0) return undefined;
  const before = text.slice(0, index).split('\n');
  const shown = `U+${text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0')}`;
  return {
    severity: 'error',
    code: 'SC1006',
    message: `the control character ${shown} stands here; a text file has none`,
    next: ['delete it; inside double quotes it can be written as an escape'],
    location: { file: path, line: before.length, column: (before.at(-1) as string).length + 1 },
  };
}

function tooLarge(path: string, size: number): Error {
  return fail({
    code: 'SC1004',
    kind: 'user',
    message: `${path} has ${Math.ceil(size / 1024)} KiB; ${largest / 1024} KiB is the most that is read`,
    next: ['check that it is the right file'],
    location: { file: path, line: 1, column: 1 },
  });
}
