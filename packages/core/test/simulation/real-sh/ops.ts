import { createStore, type EnvironmentStore } from '../../../src/protocol/store.js';
import type { OpenRecord, Owner, ReleaseRecord } from '../../../src/protocol/types.js';
import { scope } from '../place.js';
import { hostWith, states, under } from './states.js';
import { now, type Case } from './twin.js';

const session = 's-1';
const operation = 'op-rel-2';
const owner: Owner = { user: "o'neil", machine: 'm1', command: 'stagecraft deploy', bootId: 'm1', pidNamespace: 'pid', pid: 1, startTime: '1' };
const open: OpenRecord = { operation, kind: 'deploy', release: 'rel-2', version: 'v "2"', hosts: ['local'], anchor: 'local', since: '2026-01-01T00:00:00.000Z', by: "o'neil" };

const operations: Readonly<Record<string, (store: EnvironmentStore) => Promise<unknown>>> = {
  prepare: (store) => store.prepare(),
  key: (store) => store.key(),
  acquire: (store) => store.acquire(owner, operation, now),
  beat: (store) => store.beat(session, 'rollout'),
  release: (store) => store.release(session),
  'take over': (store) => store.takeOver({ expect: session, owner, operation, now }),
  'wait for a step': (store) => store.waitForStep(),
  'is a step running': (store) => store.stepRunning(),
  open: (store) => store.open(session, open),
  decide: (store) => store.decide(session, operation, 'commit'),
  close: (store) => store.close(session, { id: open.release, operation, serial: 2, outcome: 'completed' } as ReleaseRecord),
  note: (store) => store.note(session, { type: 'note', operation, message: 'it\'s "said" \\ so\nand so' }),
  'put secrets': (store) => store.putSecret(session, 'rel-2.yml', "a: 'b'\n\n"),
  'put a release': (store) => store.putRelease(session, 'rel-2', { 'release.json': '{}\n', 'plan.json': '', 'run.sh': 'no end' }, { 'run.sh': 0o755 }),
  'put files': (store) => store.putFilesByContent([{ path: 'files/abc/conf/a b', content: 'x', mode: 0o644 }, { path: 'files/abc/bytes', content: Buffer.from('text, but sent as bytes'), mode: 0o600 }]),
  history: (store) => store.history(),
  prune: (store) => store.prune(session, operation, ['rel-1', 'rel-2']),
};

/** The script of every operation of the store, on a host in every state. */
export async function scriptsOfOperations(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const [name, operate] of Object.entries(operations)) {
    for (const state of states) {
      const files = hostWith(state);
      const scripts: { readonly script: string; readonly stdin: string }[] = [];
      const shell = {
        run: (script: string, { stdin = '' }: { readonly stdin?: string } = {}) => {
          scripts.push({ script, stdin });
          return Promise.reject(new Error('one script is enough'));
        },
        start: () => Promise.resolve(),
      };
      const read = (path: string): Promise<string | undefined> => Promise.resolve(path.endsWith('.ndjson') ? undefined : files.get(path.slice(1))?.text);
      const clock = { now: () => now, sleep: () => Promise.resolve(), random: (bytes: number) => 'ab'.repeat(bytes) };
      const store = createStore({ shell, scope, clock, files: { read, list: () => Promise.resolve([]), write: () => Promise.resolve() }, holderIsDead: () => Promise.resolve(false) });
      await operate(store).catch(() => undefined);
      if (scripts.length === 0 && !state.startsWith('another')) throw new Error(`${name} ran nothing`);
      cases.push(...scripts.map(({ script, stdin }) => ({ name: `${name}, ${state}`, script: under(script), stdin, files, unordered: script.includes('find ') })));
    }
  }
  return cases;
}
