import fc from 'fast-check';

/** A text that is right, and what became of it: bytes, lines and values cut, doubled, swapped or replaced by what troubles readers. */
export function spoilt(text: string): fc.Arbitrary<string> {
  const change = fc.tuple(fc.constantFrom(...changes), fc.nat(), fc.nat(), fc.constantFrom(...pieces));
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((made) => made.reduce((result, [how, at, length, piece]) => how(result, at % (result.length + 1), length, piece), text));
}

type Change = (text: string, at: number, length: number, piece: string) => string;

const changes: readonly Change[] = [
  (text, at, _, piece) => text.slice(0, at) + piece + text.slice(at),
  (text, at, length) => text.slice(0, at) + text.slice(at + (length % 12)),
  (text, at, length, piece) => text.slice(0, at) + piece + text.slice(at + (length % 4)),
  (text, at) => text.slice(0, at),
  // A line again, or at another depth.
  (text, at) => byLine(text, at, (line) => `${line}\n${line}`),
  (text, at, length) => byLine(text, at, (line) => `${' '.repeat(length % 7)}${line}`),
  // Another kind of value behind a colon.
  (text, at, _, piece) => byLine(text, at, (line) => line.replace(/: .*$/, `: ${piece}`)),
  (text, at, _, piece) => byLine(text, at, (line) => line.replace(/[\w-]+(?=: )/, piece)),
];

function byLine(text: string, at: number, change: (line: string) => string): string {
  const lines = text.split('\n');
  const index = text.slice(0, at).split('\n').length - 1;
  return lines.map((line, number) => (number === index ? change(line) : line)).join('\n');
}

const pieces = ['[', ']', '{', '}', '{}', '[]', '"', "'", ':', ': ', '- ', '? ', '&a ', '*a', '<<: ', '!x ', '!!binary ', '|', '>', '#', '%', '@', '`', '\t', '\r', '\r\n', '\n', '---\n', '...\n', '\uFEFF', '\0', '\u001b', '\u0085', '\u2028', '\u202e', '\uD800', '😀', '~', 'null', 'yes', '-1', '1e9', '0x10', '.nan', '.inf', '2024-01-02', '99999999999999999999', '__proto__', 'constructor', '${', '${A', '${A:?m}', '${A:-${B}}', '$', '$$', '..', '../x', '/etc/passwd', 'a'.repeat(300), '['.repeat(70), '{a: '.repeat(70)];
