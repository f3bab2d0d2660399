/** What the program uses of oclif, as named exports: a bundled CommonJS package gives none of its own. */
export { Config, run, settings } from '@oclif/core';
