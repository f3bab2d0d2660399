import { engineAt } from '../adapters/engine.js';
import type { Containers } from '../ports/containers.js';
import type { OpenHost } from './host.js';
import { localSocket } from './socket.js';
import type { Workspace } from './types.js';

/** The engine that builds: this machine's own, also where the hosts are other machines. */
export function builderOf(ws: Pick<Workspace, 'processEnv'>, [first]: readonly OpenHost[]): Containers {
  if (!first) throw new Error('an environment has a host');
  return first.upload ? engineAt(localSocket(ws.processEnv)) : first.containers;
}

/** The same for preflight: absent where the host itself builds. */
export function remoteBuilder(ws: Pick<Workspace, 'processEnv'>, host: OpenHost): { readonly builder?: Containers } {
  return host.upload ? { builder: builderOf(ws, [host]) } : {};
}
