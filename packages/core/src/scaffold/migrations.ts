import { posix } from 'node:path';
import type { Facts } from './facts.js';
import type { Walked } from './walk.js';

/** Folders with migrations of a database, and the tool that they look to be of. */
export function findMigrations({ files, folders }: Walked): Facts['migrations'] {
  return folders.flatMap((path) => {
    const tool = toolOf(path, files.filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1)), files);
    return tool === undefined ? [] : [{ path, tool }];
  });
}

function toolOf(path: string, inside: readonly string[], all: readonly string[]): string | undefined {
  const name = posix.basename(path);
  const here = inside.filter((file) => !file.includes('/'));
  const some = (pattern: RegExp, among: readonly string[] = here): boolean => among.some((file) => pattern.test(file));
  if (inside.includes('meta/_journal.json')) return 'Drizzle';
  if (name === 'versions' && all.some((file) => posix.basename(file) === 'alembic.ini')) return 'Alembic';
  if (!/^migrat(?:e|ions?)$/i.test(name)) return undefined;
  if (some(/^[^/]+\/migration\.sql$/, inside)) return 'Prisma';
  if (path.endsWith('db/migrate') && some(/\.rb$/)) return 'Rails';
  if (some(/^\d{4}_\w+\.py$/)) return 'Django';
  if (some(/\.php$/)) return 'Laravel';
  if (some(/^V[\d._]+__.*\.sql$/)) return 'Flyway';
  if (some(/\.sql$/)) return 'SQL files';
  if (some(/\.[cm]?[jt]s$/)) return all.some((file) => /^knexfile\.[cm]?[jt]s$/.test(posix.basename(file))) ? 'Knex' : 'JavaScript';
  return undefined;
}
