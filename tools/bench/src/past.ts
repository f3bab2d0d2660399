import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, genesis } from '../../../packages/core/src/protocol/journal.js';
import { releaseLine } from '../../../packages/core/src/protocol/releases.js';
import type { JournalRecord, ReleaseRecord } from '../../../packages/core/src/protocol/types.js';

/** Steps of a rollout of one routed service: with two records each, and those of the operation, about what such a deploy leaves in the journal. */
export const stepsOfOne = 8;

/**
 * Writes a state folder in which so many releases were made: every record closed, every line of the journal chained to the one before, as the
 * store itself writes and verifies them.
 * @param root `STAGECRAFT_HOST_DIR`
 * @param steps of each release in the journal
 */
export function writePast(root: string, project: string, environment: string, releases: number, steps: number): void {
  const folder = join(root, project, environment);
  const identity = 'be'.repeat(16);
  mkdirSync(join(folder, 'releases'), { recursive: true });
  writeFileSync(join(root, 'host.json'), `${JSON.stringify({ format: 1, identity, createdAt: at(0) })}\n`);
  const journal = journalOf();
  for (let serial = 1; serial <= releases; serial += 1) {
    const release = releaseOf(project, environment, serial);
    const { operation, id, version } = release;
    const say = (record: Partial<JournalRecord> & Pick<JournalRecord, 'type'>): void => journal.add({ ...record, operation, session: `s-${serial}`, at: at(serial) });
    say({ type: 'open', message: `deploy of ${id}, version ${version}` });
    say({ type: 'phase', phase: 'rollout', status: 'running' });
    for (let step = 1; step <= steps; step += 1) {
      const name = { step: `local/web/step-${step}`, direction: 'do', attempt: 1 } as const;
      say({ type: 'intent', ...name });
      say({ type: 'outcome', ...name, status: 'completed', exitCode: 0, bootId: '00000000-0000-0000-0000-000000000000' });
    }
    say({ type: 'phase', phase: 'rollout', status: 'completed' });
    say({ type: 'decision', message: 'commit' });
    const { text, digest } = releaseLine({ ...release, hosts: { local: { identity, head: journal.head() } } });
    mkdirSync(join(folder, 'releases', id));
    writeFileSync(join(folder, 'releases', id, 'release.json'), text);
    say({ type: 'close', message: 'completed', result: { release: id, digest } });
  }
  writeFileSync(join(folder, 'journal.ndjson'), journal.text());
}

function journalOf(): { add(record: Omit<JournalRecord, 'prev' | 'seq'>): void; head(): string; text(): string } {
  const lines: string[] = [];
  let head = genesis;
  return {
    add(record) {
      // The store's scripts search for type and operation at the head of a record.
      const { type, operation, session, at: when, ...rest } = record;
      const line = JSON.stringify({ prev: head, seq: lines.length + 1, type, operation, session, at: when, ...rest });
      head = digestOf(line);
      lines.push(line);
    },
    head: () => head,
    text: () => lines.map((line) => `${line}\n`).join(''),
  };
}

function releaseOf(project: string, environment: string, serial: number): ReleaseRecord {
  const [id, operation] = ['rel', 'op'].map((kind) => `${kind}-20300101-${String(serial).padStart(9, '0')}-${serial.toString(16).padStart(4, '0')}`) as [string, string];
  const done = { status: 'completed', startedAt: at(serial), finishedAt: at(serial + 1) } as const;
  return {
    format: 1,
    id,
    serial,
    project,
    environment,
    version: `v${serial}`,
    commit: serial.toString(16).padStart(40, '0'),
    kind: 'deploy',
    outcome: 'completed',
    startedAt: at(serial),
    finishedAt: at(serial + 1),
    operator: 'bench@host',
    operation,
    phases: { build: done, push: { status: 'skipped' }, migrate_pre: { status: 'skipped' }, rollout: done, migrate_post: { status: 'skipped' }, finalize: done },
    images: Object.fromEntries(['cache', 'web', 'worker'].map((name) => [name, { reference: `${project}-${name}:v${serial}`, id: `sha256:${digestOf(`${name} ${serial}`)}` }])),
    rendered: { local: digestOf(String(serial)) },
    changes: { cache: 'unchanged', web: 'replaced', worker: 'replaced' },
  };
}

function at(minutes: number): string {
  return new Date(Date.UTC(2030, 0, 1) + minutes * 60_000).toISOString();
}
