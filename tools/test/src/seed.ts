import { spawnSync } from 'node:child_process';

/**
 * What a run draws its random values and the order of its tests by: the seed given as `--seed=N`, else one of the commit's own. So a commit that was
 * green stays green, its failure comes again, and the next commit looks elsewhere.
 */
export function seedOf(root: string, args: readonly string[]): number {
  const given = args.map((arg) => /^--seed=(-?\d+)$/.exec(arg)?.[1]).find((value) => value !== undefined);
  if (given !== undefined) return Number(given);
  const { stdout } = spawnSync('git', ['rev-parse', '--verify', '-q', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return /^[0-9a-f]{8}/.test(stdout ?? '') ? Number.parseInt(stdout.slice(0, 8), 16) | 0 : 0;
}
