import type { EnvironmentStore } from '../protocol/store.js';

/** Records last, and are read by everybody who may look at the host: what a tool or a container said goes into them masked. */
export function maskedStore(store: EnvironmentStore, mask: (text: string) => string): EnvironmentStore {
  return {
    ...store,
    note: (session, record) => store.note(session, record.message === undefined ? record : { ...record, message: mask(record.message) }),
    close: (session, release) => store.close(session, release.failure === undefined ? release : { ...release, failure: { ...release.failure, message: mask(release.failure.message) } }),
  };
}
