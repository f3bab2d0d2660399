import { join } from 'node:path';
import { openSsh, pinnedFile, type OpenSshOptions } from '../hosts/openssh.js';
import type { SshTarget } from '../ports/ssh.js';
import { createStagecraftDir } from '../scaffold/stagecraft-dir.js';
import type { Workspace } from './types.js';

/** The call of the OpenSSH client that reaches a host as our own connections do: the same config, user and host key. What is to run there is added behind it. */
export async function opensshTo(ws: Workspace, target: SshTarget, options: Omit<OpenSshOptions, 'config' | 'pinned'>): Promise<readonly string[]> {
  const config = ws.processEnv['STAGECRAFT_SSH_CONFIG'];
  const pinned = target.hostKey === undefined ? undefined : await pin(ws, target.name, target.hostKey);
  return openSsh(target, { ...options, ...(config ? { config } : {}), ...(pinned === undefined ? {} : { pinned }) });
}

/** Agents, askpass programs and terminals are named by variables: the client gets them as from a shell. */
export function opensshEnvironment(ws: Workspace): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ws.processEnv).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function pin(ws: Workspace, name: string, hostKey: string): Promise<string> {
  const path = `.stagecraft/ssh/${name}`;
  const text = pinnedFile(hostKey);
  if ((await ws.files.read(path)) !== text) {
    await createStagecraftDir(ws.files);
    await ws.files.write(path, text);
  }
  return join(ws.folder, path);
}
