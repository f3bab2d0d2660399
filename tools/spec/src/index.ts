export { declaredCommands } from './declared-commands.js';
export { dependents, type Dependent } from './dependents.js';
export { fillTests } from './fill-tests.js';
export { overview, overviewFile } from './overview.js';
export { readTree, trackedFiles } from './read-tree.js';
export { validate } from './validate.js';
export { parseFeatures } from './validate/features.js';
export type { CommandSpec, Feature, SpecHead } from './feature.js';
export type { Problem, Tree } from './tree.js';
