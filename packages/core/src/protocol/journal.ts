import { hash } from 'node:crypto';
import { fail } from '../errors/index.js';
import type { JournalRecord } from './types.js';

/** A journal as read: its records, and the digest of every line in order. */
export interface Journal {
  readonly records: readonly JournalRecord[];
  readonly digests: readonly string[];
  /** SHA-256 of the last line, of the empty string where there is none. */
  readonly head: string;
  /** Length of the text up to the last newline, in characters. */
  readonly length: number;
}

export const genesis = digestOf('');

export const emptyJournal: Journal = { records: [], digests: [], head: genesis, length: 0 };

/**
 * Verifies the chain. A last line without a newline was torn by a crash or a full disk and was never acknowledged: it does not count.
 * @param before what was verified already, and is known to stand unchanged at the text's begin.
 * @throws StagecraftError `external` when a line does not follow from the one before it.
 */
export function verifyJournal(text: string, path: string, before: Journal = emptyJournal): Journal {
  const end = text.lastIndexOf('\n') + 1;
  if (end <= before.length) return before;
  const records = [...before.records];
  const digests = [...before.digests];
  let head = before.head;
  for (const line of text.slice(before.length, end - 1).split('\n')) {
    const record = parse(line);
    if (record === undefined) throw broken(path, `line ${records.length + 1} is not a journal record`);
    if (record.prev !== head) throw broken(path, `line ${records.length + 1} does not follow from the line before it`);
    if (record.seq !== records.length + 1) throw broken(path, `line ${records.length + 1} has number ${record.seq}`);
    records.push(record);
    head = digestOf(line);
    digests.push(head);
  }
  return { records, digests, head, length: end };
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
