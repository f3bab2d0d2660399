import { quote } from '../hosts/quote.js';
import type { JournalRecord } from './types.js';

export type NewRecord = Omit<JournalRecord, 'prev' | 'seq' | 'at'>;

/** The argument of a script's `append`, after `now`: the host's clock gives `at`, the journal `prev` and `seq`. `type` and `operation` lead: scripts search for them. */
export function recordWords(record: NewRecord): string {
  const { type, operation, session, ...rest } = record;
  const tail = membersOf(rest);
  return `${quote(`${membersOf({ type, operation, session })},"at":"`)}"$at"${quote(`"${tail === '' ? '' : ','}${tail}`)}`;
}

function membersOf(data: object): string {
  return JSON.stringify(data).slice(1, -1);
}
