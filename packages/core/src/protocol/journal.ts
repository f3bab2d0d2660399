import { hash } from 'node:crypto';
import { fail } from '../errors/index.js';
import type { JournalRecord } from './types.js';

/** A journal as read: its lines, their records, and the digest of every line in order. */
export interface Journal {
  /** Without their newlines. */
  readonly lines: readonly string[];
  /** Parsed when they are first asked for: a long history has hundreds of thousands, and most questions are about a few. */
  readonly records: readonly JournalRecord[];
  /** What of them was parsed. */
  readonly parsed: { records?: readonly JournalRecord[] };
  readonly digests: readonly string[];
  /** SHA-256 of the last line, of the empty string where there is none. */
  readonly head: string;
  /** Length of the text up to the last newline, in characters. */
  readonly length: number;
}

export const genesis = digestOf('');

export const emptyJournal: Journal = { lines: [], records: [], parsed: { records: [] }, digests: [], head: genesis, length: 0 };

/**
 * Verifies the chain. A last line without a newline was torn by a crash or a full disk and was never acknowledged: it does not count.
 * @param before what was verified already, and is known to stand unchanged at the text's begin.
 * @throws StagecraftError `external` when a line does not follow from the one before it.
 */
export function verifyJournal(text: string, path: string, before: Journal = emptyJournal): Journal {
  const end = text.lastIndexOf('\n') + 1;
  if (end <= before.length) return before;
  const lines = [...before.lines];
  const digests = [...before.digests];
  let head = before.head;
  for (const line of text.slice(before.length, end - 1).split('\n')) {
    // As it is always written. What is in it is vouched for by the line after it, which holds its digest.
    if (!line.startsWith(`{"prev":"${head}","seq":${lines.length + 1},"type":"`)) check(line, head, lines.length + 1, path);
    lines.push(line);
    head = digestOf(line);
    digests.push(head);
  }
  // Nobody vouches for the last one.
  recordOf(lines.at(-1) ?? '', lines.length, path);
  const known = before.parsed.records ?? [];
  const parsed: Journal['parsed'] = {};
  return {
    lines,
    parsed,
    digests,
    head,
    length: end,
    get records() {
      return (parsed.records ??= [...known, ...lines.slice(known.length).map((line, index) => recordOf(line, known.length + index + 1, path))]);
    },
  };
}

/** @throws StagecraftError `external` when the line is no record, or not the one that follows. */
function check(line: string, head: string, number: number, path: string): void {
  const record = recordOf(line, number, path);
  if (record.prev !== head) throw broken(path, `line ${number} does not follow from the line before it`);
  if (record.seq !== number) throw broken(path, `line ${number} has number ${record.seq}`);
}

/** The record of a line. @throws StagecraftError `external` when it is none. */
export function recordOf(line: string, number: number, path: string): JournalRecord {
  const record = parse(line);
  if (record === undefined) throw broken(path, `line ${number} is not a journal record`);
  return record;
}

export function digestOf(text: string | Uint8Array): string {
  // A third of what `createHash` takes: a long history is tens of thousands of lines.
  return hash('sha256', text);
}

function parse(line: string): JournalRecord | undefined {
  try {
    const data = JSON.parse(line) as JournalRecord | null;
    return typeof data === 'object' && data !== null && typeof data.prev === 'string' && typeof data.seq === 'number' && typeof data.type === 'string' && typeof data.operation === 'string' ? data : undefined;
  } catch {
    return undefined;
  }
}

export function broken(path: string, what: string): Error {
  return fail({
    code: 'SC3010',
    kind: 'external',
    message: `The journal ${path} was changed or damaged: ${what}. It is kept as it is, and nothing is written after it. Running services are not touched.`,
    next: [`Restore ${path} from a backup, or`, `move the folder aside (mv ${folderOf(path)} ${folderOf(path)}.aside) to begin a new history, then: stagecraft deploy`],
  });
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
