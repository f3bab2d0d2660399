import { checkout, type Stage } from './stage.js';

/**
 * What a proof draws by: `STAGECRAFT_PROVE_SEED` where it is given, or the commit's own.
 * So a commit that was green stays green, and the next one looks elsewhere.
 */
export async function seedOf(stage: Pick<Stage, 'run'>): Promise<number> {
  const given = process.env['STAGECRAFT_PROVE_SEED'];
  if (given !== undefined) return Math.abs(Number(given));
  const { stdout } = await stage.run(['git', '-C', checkout, 'rev-parse', '--verify', '-q', 'HEAD']);
  return Number.parseInt(stdout.slice(0, 8), 16) || 0;
}
