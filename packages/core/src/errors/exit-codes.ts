import type { ErrorKind } from './stagecraft-error.js';

/** The one table of exit codes. Every command spec and `--help` lists those it can give. */
export const exitCodes = {
  0: 'done; nothing left to do',
  1: 'something of yours must change: flags, config, unknown name, refused plan',
  2: 'an outside part failed: engine, registry, cloud, database, provider, missing tool',
  3: 'a bug in Stagecraft',
  4: 'a deploy failed and every touched host is back on the prior release',
  5: 'mixed, owed or undecided: says which hosts and what to run',
  6: 'locked, or an operation is open: says who, since when, doing what',
  10: 'partial success: some hosts or services are not as they should be',
  20: 'with --detailed-exitcode: there are changes',
  130: 'interrupted; state is recorded, --resume goes on',
  143: 'ended by SIGTERM; state is recorded, --resume goes on',
} as const;

export type ExitCode = keyof typeof exitCodes;

/** The exit code of an error's kind. */
export const exitCodeOfKind: Readonly<Record<ErrorKind, ExitCode>> = {
  user: 1,
  external: 2,
  bug: 3,
  returned: 4,
  mixed: 5,
  locked: 6,
  interrupted: 130,
};
