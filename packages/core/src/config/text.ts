import { fail } from '../errors/index.js';
import type { Location } from '../plugin-api/location.js';

/**
 * The text of a file that people write: UTF-8, a byte order mark left out, no control characters.
 * @param path as the user knows it.
 * @throws StagecraftError `user`: SC1005 not UTF-8, SC1006 control characters.
 */
export function textFrom(bytes: Uint8Array, path: string): string {
  const text = decoded(bytes, path);
  // eslint-disable-next-line no-control-regex
  const index = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (index < 0) return text;
  const shown = `U+${text.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0')}`;
  throw fail({
    code: 'SC1006',
    kind: 'user',
    message: `the control character ${shown} stands here; a text file has none`,
    next: ['delete it; inside double quotes it can be written as an escape'],
    location: placeAt(text, index, path),
  });
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const lenient = new TextDecoder('utf-8').decode(bytes);
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw fail({ code: 'SC1005', kind: 'user', message: `${path} is not UTF-8${utf16 ? ' but UTF-16' : ''}`, next: ['save it as UTF-8'], location: placeAt(lenient, Math.max(lenient.indexOf('\uFFFD'), 0), path) });
  }
}

/** Line and column of an offset, from 1. */
export function placeAt(text: string, offset: number, file: string): Location {
  const before = text.slice(0, offset);
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
