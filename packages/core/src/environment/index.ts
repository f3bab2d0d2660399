export { parseEnvFile, readEnvFile } from './env-file.js';
export { interpolate, mentionedNames, type Variables } from './interpolate.js';
export { resolveEnvironment, resolveSettings, type ResolveOptions } from './resolve.js';
export { serviceDefaults } from './settings.js';
export { settable, variableOf, type Override } from './effective.js';
