export { configSchema, configVersion } from './schema.js';
export { readConfigFile, type ReadConfigOptions } from './read.js';
