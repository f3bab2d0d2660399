import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from './program.js';
import { processWorld } from './process-world.js';

/** Runs the command line of this process. `src` and `dist` have the same form: whichever this file is in is the root. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const root = dirname(fileURLToPath(import.meta.url));
  const manifest = JSON.parse(readFileSync(join(root, '..', 'package.json'), 'utf8')) as Record<string, unknown>;
  const world = processWorld();
  await program(argv, { root, manifest, world });
  await flushed(process.stdout);
  await flushed(process.stderr);
  // Open connections of a library must not hold the process.
  process.exit(world.exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => {
    if (stream.destroyed || stream.writableLength === 0) done();
    else stream.write('', () => done());
  });
}
