import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { abortOperation, carryOut, type Ended } from '../../src/actions/operation.js';
import { isStagecraftError } from '../../src/errors/index.js';
import type { JournalRecord } from '../../src/protocol/types.js';
import { reboot } from './engine.js';
import { plan } from './shop.js';
import { copyOf, crashesOf, freshFolder, sealedWorld, stateOf, storeAt, takeUp } from './world.js';

/** What a data service holds is kept whatever becomes of the release. */
const butData = (service: string): boolean => service !== 'store';

/** One crash in so many is looked at, another set with each seed; `STAGECRAFT_TEST_EVERY=1` looks at all. */
const every = Number(process.env['STAGECRAFT_TEST_EVERY'] ?? 12);

describe('CLI_PHASE_EXECUTION_COMMON: a crash at any instant of a deploy to one host', () => {
  let crashes: readonly string[];
  let backwards: readonly string[];
  let prior: string;
  let finished: string;

  beforeAll(async () => {
    const world = join(await freshFolder(), 'world');
    await sealedWorld(world);
    prior = await stateOf(world);
    crashes = await crashesOf(world, (shell) => forward(world, { shell }));
    finished = await stateOf(world);
    expect(await violations(world)).toBe('');
    // The way back from the last instant before the decision: everything is to be undone.
    const returning = await copyOf(crashes.filter((crash) => isOpen(crash) && !isDecided(crash)).at(-1) ?? '');
    backwards = await crashesOf(returning, (shell) => back(returning, { shell }));
    expect(await stateOf(returning, butData)).toBe(prior);
  }, 60_000);

  it('is looked at in every step', () => {
    expect(crashes.length).toBeGreaterThan(plan.steps.length * 3);
    expect(backwards.length).toBeGreaterThan(plan.steps.length * 2);
  });

  it('is made good by --resume: the same end, served at every instant', async () => {
    await each(crashes, async (world) => {
      expect(await outcomeOf(() => forward(world))).toBe('completed');
      expect(await stateOf(world)).toBe(finished);
      await expectSound(world);
      expect(repeated(await storeAt(world).readJournal())).toEqual([]);
    });
  }, 120_000);

  it('is made good by --resume after a power cut, which ends what has no restart policy', async () => {
    await each(crashes, async (world) => {
      await reboot(world);
      expect(await outcomeOf(() => forward(world, { bootId: 'the next boot' }))).toBe('completed');
      // What the way forward has left behind, or has not yet touched, stays as the boot left it.
      expect(await stateOf(world)).toBe(finished);
      await expectSound(world);
    });
  }, 120_000);

  it('is taken back by --abort until the decision is commit', async () => {
    await each(crashes, async (world) => {
      const committed = isDecided(world);
      const store = existsSync(join(world, 'engine/c/store-op-rel-2-1'));
      const outcome = await outcomeOf(() => back(world));
      if (committed) return expect(outcome).toBe('SC3220');
      expect(['returned', 'failed']).toContain(outcome);
      expect(await stateOf(world, butData)).toBe(prior);
      expect(existsSync(join(world, 'engine/c/store-op-rel-2-1'))).toBe(store);
      await expectSound(world);
    });
  }, 120_000);

  it('on the way back is made good by --abort and by --resume, with and without a power cut', async () => {
    await each(backwards, async (world, index) => {
      const cut = index % 4 >= 2;
      if (cut) await reboot(world);
      const more = cut ? { bootId: 'the next boot' } : {};
      expect(await outcomeOf(() => (index % 2 === 0 && isDecided(world) ? forward(world, more) : back(world, more)))).toBe('returned');
      expect(await stateOf(world, butData)).toBe(prior);
      await expectSound(world);
    });
  }, 120_000);
});

async function forward(world: string, more: Parameters<typeof takeUp>[1] = {}): Promise<Ended> {
  const { operation, proxies } = await takeUp(world, more);
  return carryOut(operation, plan, proxies);
}

async function back(world: string, more: Parameters<typeof takeUp>[1] = {}): Promise<Ended> {
  const { operation, proxies } = await takeUp(world, more);
  return abortOperation(operation, plan, proxies);
}

function isOpen(world: string): boolean {
  return existsSync(join(world, 'state/shop/prod/open.json'));
}

function isDecided(world: string): boolean {
  return existsSync(join(world, 'state/shop/prod/decision'));
}

async function outcomeOf(run: () => Promise<Ended>): Promise<string> {
  try {
    const ended = await run();
    return ended.error === undefined ? ended.outcome : `${ended.outcome}: ${(ended.error as Error).message}`;
  } catch (error) {
    if (isStagecraftError(error)) return error.code === 'SC3220' ? error.code : `${error.code}: ${error.message}`;
    throw error;
  }
}

/** Nothing is open any more, the history is whole, and the application was served all the time. */
async function expectSound(world: string): Promise<void> {
  const store = storeAt(world);
  expect(await store.readOpen()).toBeUndefined();
  const [release] = await store.history();
  expect(release?.outcome).not.toBe('open');
  expect(await violations(world)).toBe('');
}

/** Intents of steps that had completed already. */
function repeated(journal: readonly JournalRecord[]): readonly string[] {
  const done = new Set<string>();
  return journal.flatMap(({ type, step, direction, status }) => {
    const key = `${direction ?? ''} ${step ?? ''}`;
    if (type === 'outcome' && status === 'completed') done.add(key);
    return type === 'intent' && done.has(key) ? [key] : [];
  });
}

async function violations(world: string): Promise<string> {
  return readFile(join(world, 'violations'), 'utf8').catch(() => '');
}

/** Each crash in a copy of its own, three side by side; all that went wrong at once. */
async function each(crashes: readonly string[], law: (world: string, index: number) => Promise<void>): Promise<void> {
  const chosen = crashes.map((crash, index) => ({ crash, index })).filter(({ crash, index }) => isOpen(crash) && (index + jest.getSeed()) % every === 0);
  const wrong: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = chosen.shift(); next !== undefined; next = chosen.shift()) {
      const world = await copyOf(next.crash);
      try {
        await law(world, next.index);
      } catch (error) {
        const journal = (await storeAt(next.crash).readJournal()).slice(-2).map((r) => `${r.type} ${r.direction ?? ''} ${r.step ?? r.phase ?? ''} ${r.status ?? r.message ?? ''}`);
        wrong.push(`crash ${next.index} (${journal.join(', ')}): ${(error as Error).message}`);
      }
      await rm(world, { recursive: true, force: true });
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  expect(wrong.sort().join('\n\n')).toBe('');
}
