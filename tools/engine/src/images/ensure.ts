import { attempt, must } from '../exec.js';
import type { Engine, Tell } from '../engine.js';
import { eligible } from '../own/distribution.js';
import { places as defaultPlaces } from '../own/places.js';
import { tarballName, tarballs } from './build.js';
import { DEFAULT_IMAGES } from './names.js';
import { pull } from './pull.js';
import { RECIPES } from './recipes.js';

/** Tells an image of ours from one of a registry, and of which tarball it is. */
const LABEL = 'stagecraft.engine.tarball';

/** How an image came to be on the engine, or why it is not. */
export interface ImageOutcome {
  name: string;
  came: 'present' | 'pulled' | 'built' | 'absent';
  /** Why it is absent. */
  reason?: string;
}

export interface EnsureOptions {
  tell?: Tell;
  /** Never asks a registry. */
  offline?: boolean;
  cache?: string;
}

/** Puts images on an engine: those that are there stay, else from the registry, else made of packages. Never throws for one image. */
export async function ensureImages(engine: Pick<Engine, 'env'>, names: readonly string[] = DEFAULT_IMAGES, options: EnsureOptions = {}): Promise<ImageOutcome[]> {
  const env = { ...process.env, ...engine.env };
  const tell = options.tell ?? (() => undefined);
  const outcomes = new Map<string, ImageOutcome>();
  let refused = options.offline ? 'no registry is asked' : '';
  for (const name of names) {
    if (await present(name, env)) {
      outcomes.set(name, { name, came: 'present' });
      continue;
    }
    // One registry has them all: it is asked until it fails once.
    if (refused) continue;
    tell(`pulling ${name}`);
    refused = (await pull(name, env)) ?? '';
    if (!refused) outcomes.set(name, { name, came: 'pulled' });
  }
  const missing = names.filter((name) => !outcomes.has(name));
  if (missing.length > 0) {
    const built = await tarballs(missing, options.cache ?? defaultPlaces().cache, eligible(), tell);
    for (const name of missing) {
      const one = built.get(name);
      if (!one || 'reason' in one) outcomes.set(name, { name, came: 'absent', reason: `not pulled (${refused}); not built: ${one?.reason ?? 'unknown'}` });
      else outcomes.set(name, await imported(name, one.file, env));
    }
  }
  return names.flatMap((name) => outcomes.get(name) ?? []);
}

/** Is it there? One that we built of an older recipe, or of another Node, is not it. */
async function present(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const seen = await attempt('docker', ['image', 'inspect', '--format', `{{index .Config.Labels "${LABEL}"}}`, name], { env });
  const tarball = seen.stdout.trim();
  return seen.code === 0 && (tarball === '' || tarball === '<no value>' || tarball === tarballName(name));
}

async function imported(name: string, file: string, env: NodeJS.ProcessEnv): Promise<ImageOutcome> {
  try {
    const changes = [...(RECIPES[name]?.changes ?? []), `LABEL ${LABEL}=${tarballName(name)}`];
    await must('docker', ['import', ...changes.flatMap((change) => ['--change', change]), file, name], { env });
    return { name, came: 'built' };
  } catch (error) {
    return { name, came: 'absent', reason: (error as Error).message };
  }
}
