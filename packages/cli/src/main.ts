import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageJson } from './package-json.js';
import { program } from './program.js';
import { processWorld } from './process-world.js';

/** Runs the command line of this process. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const root = dirname(fileURLToPath(import.meta.url));
  const world = processWorld();
  await program(argv, { root, manifest: packageJson(root), world });
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
