import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { verdict, type Check, type CheckContext } from '../check.js';

/** Each package that is published is right as it would be published: packed, then read by publint and by attw. */
export const packages: Check = {
  name: 'packages',
  built: true,
  run: async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'stagecraft-pack-'));
    try {
      const problems: string[] = [];
      for (const path of context.files.filter((file) => /^(packages|plugins)\/[^/]+\/package\.json$/.test(file))) problems.push(...(await packedProblems(context, path, folder)));
      return verdict(problems);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function packedProblems({ root, run, read }: CheckContext, path: string, folder: string): Promise<readonly string[]> {
  const manifest = JSON.parse(read(path)) as { name: string; private?: boolean; exports?: Record<string, unknown> };
  if (manifest.private === true) return [];
  const packed = await run(['pnpm', 'pack', '--json', '--pack-destination', folder], { cwd: join(root, dirname(path)) });
  if (packed.code !== 0) return [`${manifest.name}: ${packed.output}`];
  const { filename, files } = JSON.parse(packed.output.slice(packed.output.indexOf('{'))) as { filename: string; files: readonly { path: string }[] };
  const problems: string[] = [];
  const lint = await run(['publint', 'run', filename, '--strict', '--level', 'warning']);
  if (lint.code !== 0) problems.push(`${manifest.name}: ${lint.output}`);
  // A package without an entry of code (the command line) has no types to be wrong.
  if (Object.keys(manifest.exports ?? {}).some((entry) => entry !== './package.json')) {
    const attw = await run(['attw', filename, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color']);
    if (attw.code !== 0) problems.push(`${manifest.name}: ${attw.output}`);
  }
  const stray = files.map((file) => file.path).filter((file) => /\.test\.|^test\/|^src\/|tsconfig|tsup\.config/.test(file));
  if (stray.length > 0) problems.push(`${manifest.name}: would publish ${stray.join(', ')}`);
  return problems;
}
