import { fail } from '../errors/index.js';
import type { Files } from '../ports/files.js';
import { textFrom } from './text.js';

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

  const text = textFrom(bytes, path);
  if (text.trim() === '') throw fail({ code: 'SC1003', kind: 'user', message: `${path} is empty`, next: ['stagecraft init --force'], location: start });
  return text;
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
