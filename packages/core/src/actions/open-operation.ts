import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import type { OpenHost } from './host.js';
import type { Workspace } from './types.js';

/** An operation under the lock: what it is, where it acts, under which session. */
export interface Operation {
  readonly ws: Workspace;
  readonly host: OpenHost;
  readonly session: string;
  readonly open: OpenRecord;
  /** As it was written when the operation began: outcome `open`. */
  readonly record: ReleaseRecord;
  readonly begunAt: number;
}
