import type { ValidateFunction } from 'ajv';

/**
 * Checks that were compiled before, by `keyOf`. Compiling the schemas costs 200 ms of a start, so the bundle of the command line puts those of the config
 * and of the bundled providers in the place of this file (packages/cli/build/ready-checks.ts). From sources there are none.
 */
export const readyChecks: Readonly<Record<string, ValidateFunction>> = {};
