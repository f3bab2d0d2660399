/** What is simulated must be what would run: other options are an error of the simulation. */
export function unknown(argv: readonly string[]): Error {
  return new Error(`the simulated host does not know ${argv.join(' ')}`);
}
