import { StringDecoder } from 'node:string_decoder';

const longestLine = 64 * 1024;

/** Cuts a stream of bytes into lines and keeps its last `keep` characters. A carriage return ends a line too: progress bars redraw by it. */
export function lineReader(keep: number, onLine?: (line: string) => void): { push(chunk: Uint8Array): void; end(): string } {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let rest = '';
  const take = (text: string): void => {
    kept += text;
    // Twice the size before a cut, so that cutting stays cheap.
    if (kept.length > 2 * keep) kept = kept.slice(-keep);
    if (!onLine) return;
    rest += text;
    const lines = rest.split(/\r?\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    while (rest.length > longestLine) {
      onLine(rest.slice(0, longestLine));
      rest = rest.slice(longestLine);
    }
  };
  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end() {
      take(decoder.end());
      if (rest !== '') onLine?.(rest.replace(/\r$/, ''));
      rest = '';
      return kept.length > keep ? kept.slice(-keep) : kept;
    },
  };
}
