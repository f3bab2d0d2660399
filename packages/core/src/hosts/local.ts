import { isAbsolute } from 'node:path';
import { fail } from '../errors/index.js';

/** The host's own choice, made by `hosts setup`. */
const systemRoot = '/var/lib/stagecraft';

export interface LocalRoot {
  readonly root: string;
  /** What the root would be without `STAGECRAFT_HOST_DIR`: it alone has names without a suffix. */
  readonly defaultRoot: string;
}

/**
 * The state folder of this machine as a host: `STAGECRAFT_HOST_DIR`, else `/var/lib/stagecraft` where it exists and is writable, else `~/.stagecraft`.
 * @throws StagecraftError `user` when the variable is not an absolute path, or there is neither it nor `HOME`.
 */
export async function localRoot(
  processEnv: Readonly<Record<string, string | undefined>>,
  machine: { isWritableFolder(path: string): Promise<boolean> },
): Promise<LocalRoot> {
  const given = processEnv['STAGECRAFT_HOST_DIR'] ?? '';
  const home = processEnv['HOME'] ?? '';
  if (given !== '' && (!isAbsolute(given) || given === '/')) {
    throw fail({ code: 'SC3620', kind: 'user', message: `STAGECRAFT_HOST_DIR is ${given}; it must be an absolute path of a folder.`, next: [`export STAGECRAFT_HOST_DIR="$PWD/${given.replace(/^[./]+/, '') || 'state'}"`] });
  }
  const byHost = await machine.isWritableFolder(systemRoot);
  if (!byHost && !isAbsolute(home) && given === '') {
    throw fail({ code: 'SC3621', kind: 'user', message: 'Neither STAGECRAFT_HOST_DIR nor HOME says where the state of this machine lies.', next: ['Set HOME, or STAGECRAFT_HOST_DIR to an absolute path.'] });
  }
  const defaultRoot = byHost ? systemRoot : `${isAbsolute(home) ? home : ''}/.stagecraft`;
  return { root: given === '' ? defaultRoot : given, defaultRoot };
}
