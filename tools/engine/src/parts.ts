// What this engine is made of, for those who make more of it: the test hosts.
export { answers } from './api.js';
export { attempt, must, type ExecOptions, type Ran } from './exec.js';
export { ensureImages } from './images/ensure.js';
export { aptOf, archiveOf } from './own/apt.js';
export { removeCutOff, WORK } from './own/cutoff.js';
export { eligible, type Distribution } from './own/distribution.js';
export { locked } from './own/lock.js';
export { unpackedPrograms, type Programs } from './own/packages.js';
export { places } from './own/places.js';
export { identify, lives, type ProcessIdentity } from './own/users.js';
