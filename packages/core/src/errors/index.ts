export { exitCodeOfKind, exitCodes, type ExitCode } from './exit-codes.js';
export { fail, isStagecraftError, StagecraftError, type ErrorInit, type ErrorKind } from './stagecraft-error.js';
