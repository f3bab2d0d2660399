import { describe, expect, it } from '@jest/globals';
import type { ContainerState, ImageState } from '../../src/ports/containers.js';
import type { ReleaseRecord } from '../../src/protocol/types.js';
import { releasesToKeep } from '../../src/retention/keep.js';
import { both, isEmpty, planPrune, together, type PruneInput } from '../../src/retention/plan.js';
import { openRecord, releaseRecord, scopeAt } from '../protocol/support.js';
import { container } from '../plan/world.js';

const id = (serial: number): string => `rel-${serial}`;
const record = (serial: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({ ...releaseRecord(openRecord(`op-${serial}`, id(serial)), serial), version: `v${serial}`, images: { web: { reference: `shop-web:v${serial}`, id: `sha256:${serial}` } }, ...more });
/** Newest first, as histories are. */
const history = (...records: readonly ReleaseRecord[]): readonly ReleaseRecord[] => [...records].sort((a, b) => b.serial - a.serial);
const kept = (records: readonly ReleaseRecord[], count: number): readonly string[] => [...releasesToKeep(records, count)].sort();

describe('CLI_PRUNE: which releases stay', () => {
  it('the newest completed ones, what is newer than these, and what is open', () => {
    const all = history(record(1), record(2, { outcome: 'failed' }), record(3), record(4, { outcome: 'returned' }), record(5));
    expect(kept(all, 2)).toEqual(['rel-3', 'rel-4', 'rel-5']);
    expect(kept(history(record(1, { outcome: 'open' }), record(2), record(3), record(4)), 1)).toEqual(['rel-1', 'rel-3', 'rel-4']);
    expect(kept(history(record(1), record(2)), 10)).toEqual(['rel-1', 'rel-2']);
    expect(kept([], 10)).toEqual([]);
  });

  it('the one that a bare rollback goes to, and the targets of what is kept', () => {
    // 5 went back to 2: what comes before it is 1.
    expect(kept(history(record(1), record(2), record(3), record(4), record(5, { kind: 'rollback', target: id(2) })), 1)).toEqual(['rel-1', 'rel-2', 'rel-5']);
    expect(kept(history(record(1), record(2), record(3, { kind: 'scale', target: id(2) }), record(4, { kind: 'scale', target: id(3) })), 1)).toEqual(['rel-1', 'rel-2', 'rel-3', 'rel-4']);
  });
});

describe('CLI_PRUNE: what goes with the others', () => {
  const scope = scopeAt('/state');
  const image = (serial: number, more: Partial<ImageState> = {}): ImageState => ({ id: `sha256:${serial}`, tags: [`shop-web:v${serial}`], digests: [], architecture: '', os: '', size: 100, labels: { 'stagecraft.project': 'shop' }, volumes: [], workdir: '', exposed: [], healthcheck: false, createdAt: '', ...more });
  const records = history(record(1), record(2), record(3), record(4));
  const base: PruneInput = {
    project: 'shop',
    scope,
    history: records,
    whole: records,
    count: 2,
    survey: {
      releases: new Map([[id(1), 10], [id(2), 20], [id(3), 30], [id(4), 40]]),
      runs: new Map([['op-1', 1], ['op-4', 4], ['op-of-a-prune', 5]]),
      files: new Map([['aaa', 1], ['bbb', 2], ['ccc', 3]]),
      secrets: ['rel-0.json', 'rel-4.json'],
      images: [1, 2, 3, 4].map((serial) => ({ folder: `/state/shop/prod/releases/${id(serial)}`, id: `sha256:${serial}` })),
      mounts: [{ release: id(1), digest: 'aaa' }, { release: id(2), digest: 'bbb' }, { release: id(4), digest: 'bbb' }],
    },
    images: [1, 2, 3, 4].map((serial) => image(serial)),
    containers: [],
  };
  const images = (over: Partial<PruneInput>): readonly string[] => planPrune({ ...base, ...over }).images.map((one) => one.id);

  it('is what nothing that stays has', () => {
    expect(planPrune(base)).toEqual({
      kept: 2,
      releases: [{ id: id(1), version: 'v1', bytes: 10 }, { id: id(2), version: 'v2', bytes: 20 }],
      images: [{ id: 'sha256:1', tags: ['shop-web:v1'], bytes: 100 }, { id: 'sha256:2', tags: ['shop-web:v2'], bytes: 100 }],
      files: [{ digest: 'aaa', bytes: 1 }, { digest: 'ccc', bytes: 3 }],
      runs: [{ operation: 'op-1', bytes: 1 }, { operation: 'op-of-a-prune', bytes: 5 }],
      secrets: ['rel-0.json'],
    });
  });

  it('never an image of a third party, of another environment, in use, or with a name of somebody else', () => {
    expect(images({ images: [image(1, { labels: {} }), image(2)] })).toEqual(['sha256:2']);
    expect(images({ survey: { ...base.survey, images: [...base.survey.images, { folder: '/state/shop/staging/releases/rel-9', id: 'sha256:1' }] } })).toEqual(['sha256:2']);
    expect(images({ containers: [container('x', 1, { image: 'sha256:1' })] })).toEqual(['sha256:2']);
    expect(images({ images: [image(1, { tags: ['shop-web:v1', 'keep:this'] }), image(2, { digests: ['registry/shop-web@sha256:x'] })] })).toEqual([]);
    expect(images({ images: [image(3), image(4)] })).toEqual([]);
  });

  it('never a file that a container mounts: a one-off has it too', () => {
    const mounts: ContainerState['mounts'] = [{ type: 'bind', source: '/state/shop/prod/files/ccc/conf', target: '/conf', writable: false }];
    expect(planPrune({ ...base, containers: [container('x', 1, { mounts })] }).files.map((file) => file.digest)).toEqual(['aaa']);
  });

  it('is no more than what was shown', () => {
    const shown = planPrune(base);
    expect(both(shown, planPrune({ ...base, count: 1 }))).toEqual({ ...shown, kept: 2 });
    expect(isEmpty(both(shown, planPrune({ ...base, count: 4, survey: { ...base.survey, files: new Map(), runs: new Map(), secrets: [] } })))).toBe(true);
  });

  it('is by the history of all hosts, of what this one has', () => {
    // It was away when the first two were pruned elsewhere, and lacks the newest one.
    const lagging = history(record(1), record(2), record(3));
    const whole = history(record(2), record(3), record(4), record(5));
    expect(planPrune({ ...base, count: 2, history: lagging, whole }).releases.map((one) => one.id)).toEqual([id(1), id(2), id(3)]);
    expect(planPrune({ ...base, count: 3, history: lagging, whole })).toMatchObject({ kept: 1, releases: [{ id: id(1) }, { id: id(2) }] });
  });

  it('is told once for several hosts, with what it takes on all', () => {
    const shown = planPrune(base);
    expect(together([shown, { ...shown, kept: 9, files: [], secrets: ['x'] }])).toMatchObject({ kept: 9, releases: shown.releases.map((row) => ({ ...row, bytes: row.bytes * 2 })), files: shown.files, secrets: [...shown.secrets, 'x'].sort() });
    expect(isEmpty(together([]))).toBe(true);
  });
});
