export { type Belonging } from './belongings.js';
export { ENGINE_VARIABLE, engineEnv, engineSocket, engineTest, REASON_VARIABLE, whyNoEngine } from './engine-test.js';
export { scratch, type Scratch, type ScratchOptions } from './scratch.js';
