import { createHash } from 'node:crypto';
import { must } from '../../point.js';
import type { Stage } from '../../stage.js';
import { arenaIn, type Arena } from './arena.js';

/** A project in which a second release serves, on a proxy of its own. */
export async function servingArena(stage: Stage, project: string, proxy: string): Promise<Arena> {
  const arena = await arenaIn(stage, project, proxy);
  stage.owns(`stagecraft-proxy-${createHash('sha256').update(stage.env['STAGECRAFT_HOST_DIR'] ?? '').digest('hex').slice(0, 8)}`);
  for (let release = 0; release < 2; release += 1) {
    await arena.change();
    const ran = await arena.run(['deploy', '--yes']);
    must(ran.exitCode === 0, `a deploy before all faults: exit code ${ran.exitCode}: ${ran.all}`);
  }
  return arena;
}
