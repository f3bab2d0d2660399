import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@stagecraft-tools/engine';
import { stage, type Stage } from './stage.js';

export type Size = 'ci' | 'full';

/** One thing to prove. What `prove` returns is shown behind `ok`; what it throws is the reason of `not ok`. */
export interface Point {
  readonly title: string;
  /** @param size `full`: everything, however long it takes; `ci`: a part that fits CI. */
  prove(stage: Stage, size: Size): Promise<string>;
}

/** Proves every point, each with an empty folder of its own, and prints a line for each. The exit code is 0 only when all are ok. */
export async function proveAll(points: readonly Point[], engine: Engine, choice: { readonly only: readonly string[]; readonly not: readonly string[]; readonly full: boolean }): Promise<number> {
  const named = (point: Point, parts: readonly string[]): boolean => parts.some((part) => point.title.includes(part));
  const unknown = [...choice.only, ...choice.not].filter((part) => !points.some((point) => named(point, [part])));
  if (unknown.length > 0) {
    console.error(`no point has ${unknown.map((part) => `"${part}"`).join(' or ')} in its title; there are:\n${points.map(({ title }) => `  ${title}`).join('\n')}`);
    return 2;
  }
  const chosen = points.filter((point) => (choice.only.length === 0 || named(point, choice.only)) && !named(point, choice.not));
  let failed = 0;
  for (const point of chosen) {
    const folder = await mkdtemp(join(tmpdir(), 'stagecraft-prove-'));
    const here = stage(folder, engine);
    const begun = Date.now();
    const line = await point
      .prove(here, choice.full ? 'full' : 'ci')
      .then((shown) => `ok      ${point.title}: ${shown}`, (error: unknown) => `not ok  ${point.title}: ${(error as Error).message}`)
      .finally(() => here.clear());
    await rm(folder, { recursive: true, force: true });
    if (line.startsWith('not ok')) failed += 1;
    console.log(`${line} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  }
  console.log(failed === 0 ? `prove: ok, ${chosen.length} points` : `prove: ${failed} of ${chosen.length} points are not ok`);
  return failed === 0 ? 0 : 1;
}

/** Throws the reason when something is not as it must be. */
export function must(condition: unknown, reason: string): asserts condition {
  if (!condition) throw new Error(reason);
}
