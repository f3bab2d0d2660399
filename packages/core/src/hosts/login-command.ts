import { quote } from './quote.js';

/** A script as the command of an SSH session. The login's shell may be any, and daemons of the system are not on the PATH of every login. */
export function loginCommand(script: string): string {
  return `exec sh -c ${quote(`PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; export PATH\n${script}`)}`;
}
