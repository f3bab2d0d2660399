import { createHash } from 'node:crypto';
import { must } from '../../point.js';

interface Line {
  readonly prev: string;
  readonly seq: number;
  readonly type: string;
  readonly operation: string;
  readonly step?: string;
  readonly direction?: string;
  readonly status?: string;
  readonly attempt?: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The journal up to its last newline: what was acknowledged. */
export function acknowledged(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/** Every line follows from the one before it; looked at by our own eyes, not by the product's. @throws Error where one does not. */
export function chainOf(text: string): readonly Line[] {
  let [head, seq] = [sha256(''), 0];
  return acknowledged(text).split('\n').filter((line) => line !== '').map((line) => {
    const record = JSON.parse(line) as Line;
    seq += 1;
    must(record.prev === head && record.seq === seq, `line ${seq} of the journal does not follow from the one before it: ${line}`);
    head = sha256(line);
    return record;
  });
}

/** Intents of steps that had completed already, and attempts that were not counted up. */
export function repeats(lines: readonly Line[]): readonly string[] {
  const done = new Set<string>();
  const begun = new Map<string, number>();
  return lines.flatMap(({ type, operation, step, direction, status, attempt = 0 }) => {
    const key = `${operation} ${direction} ${step}`;
    if ((type === 'outcome' || type === 'note') && status === 'completed') done.add(key);
    if (type !== 'intent') return [];
    const wrong = done.has(key) || attempt <= (begun.get(key) ?? 0);
    begun.set(key, attempt);
    return wrong ? [`${key}, attempt ${attempt}`] : [];
  });
}
