import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.js';

export const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Builds the command line and copies it into a folder, so that a build during the measurement changes nothing.
 * @returns the argv that starts it
 */
export async function commandLineIn(folder: string, { build, signal }: { readonly build: boolean; readonly signal: AbortSignal }): Promise<readonly [string, string]> {
  const env = { ...process.env, PATH: `${join(checkout, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`, TURBO_TELEMETRY_DISABLED: '1' };
  if (build) await run(['turbo', 'run', 'build', '--filter=@stagecraft/cli', '--log-order=grouped', '--output-logs=errors-only', '--no-daemon'], { cwd: checkout, env, signal });
  const [from, to] = [join(checkout, 'packages/cli'), join(folder, 'cli')];
  mkdirSync(to, { recursive: true });
  for (const name of ['bin', 'dist', 'package.json']) cpSync(join(from, name), join(to, name), { recursive: true });
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
  return [process.execPath, join(to, 'bin/run.js')];
}
