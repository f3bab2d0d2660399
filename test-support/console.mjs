import { Console } from 'node:console';

// @oclif/test replaces process.stdout.write, which jest's own console never calls.
globalThis.console = new Console(process.stdout, process.stderr);
