import { quote } from '../hosts/quote.js';
import { lastLines } from './gate.js';
import type { StepWorld } from './types.js';

const lines = 200;
const longest = 256 * 1024;

/**
 * sh that writes the last lines of a container into the run's folder. What a container says may hold secrets, which the host cannot mask: so the
 * lines are read and masked here, and brought by the script, in Base64, as they may hold anything. None: it said nothing.
 */
export async function keptLog(world: StepWorld, id: string): Promise<readonly string[]> {
  const said = await lastLines(world, id, lines);
  if (said.length === 0) return [];
  const text = world.mask(said.map((line) => `${line}\n`).join('')).slice(-longest);
  const coded = Buffer.from(text).toString('base64').replace(/.{1,76}/g, '$&\n');
  return [`base64 -d >"$STAGECRAFT_RUN"/${quote(`${id}.log`)} <<'END_OF_LOG' || :\n${coded}END_OF_LOG`];
}
