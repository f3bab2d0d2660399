// oclif's Command.catch() sets process.exitCode; without this a passing run exits 1.
afterEach(() => {
  process.exitCode = undefined;
});
