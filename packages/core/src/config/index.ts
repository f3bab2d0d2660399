export { readConfigFile, type ReadConfigOptions } from './read.js';
