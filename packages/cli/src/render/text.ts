import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';

/** C0 and C1 controls, and the marks that turn the direction of text around. */
const steering = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Text of others (a tool's output, a container's log) without anything that could steer the terminal; tabs become spaces. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', '    ')
    .replace(steering, '');
}

const ascii = /^[ -~]*$/;

/** Columns that a text without control characters takes. (string-width would do, but costs 20 ms at every start for a table of emoji.) */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segments(text)) width += widthOfCharacter(segment);
  return width;
}

/** A character as people count them: the first code point tells, and the sign that asks for an emoji makes it wide. */
function widthOfCharacter(character: string): number {
  if (/^[\p{Mark}\p{Default_Ignorable_Code_Point}]/u.test(character)) return 0;
  return character.includes('\uFE0F') ? 2 : eastAsianWidth(character.codePointAt(0) ?? 0);
}

function segments(text: string): Intl.Segments {
  return new Intl.Segmenter().segment(text);
}

/** The text in at most `width` columns; what is cut off ends in `sign`. The text holds no colours. */
export function fit(text: string, width: number, sign = '…'): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(sign);
  if (room <= 0) return '';
  let shown = '';
  let used = 0;
  for (const { segment } of segments(text)) {
    used += widthOf(segment);
    if (used > room) break;
    shown += segment;
  }
  return shown + sign;
}

/** `1.2s`, `3m 04s`, `2h 05m`, `3d 04h`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${two(Math.floor((seconds % 86_400) / 3600))}h`;
}

/** `2030-01-02 03:04` in UTC; the text itself when it is no time. */
export function moment(iso: string | undefined): string {
  if (iso === undefined) return '';
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? iso.slice(0, 16).replace('T', ' ') : iso;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `12 kB`, `3.4 MB`, `1.2 GB`. */
export function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `sha256:6c0fdbbfc1d4` of an image's whole id; other references as they are. */
export function shortImage(reference: string): string {
  return reference.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}
