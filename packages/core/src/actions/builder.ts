import { engineAt } from '../adapters/engine.js';
import type { Containers } from '../ports/containers.js';
import type { OpenHost } from './host.js';
import { localSocket } from './socket.js';
import type { Workspace } from './types.js';

/** The engine that builds: this machine's own, also where the hosts are other machines, or away. It is looked for when it is first asked: who builds nothing needs none. */
export function builderOf(ws: Pick<Workspace, 'processEnv'>, [first]: readonly OpenHost[]): Pick<Containers, 'image' | 'images' | 'info'> {
  if (first && !first.upload) return first.containers;
  let engine: Containers | undefined;
  const own = async (): Promise<Containers> => (engine ??= engineAt(localSocket(ws.processEnv)));
  return { image: async (reference) => (await own()).image(reference), images: async (labels) => (await own()).images(labels), info: async () => (await own()).info() };
}

/** The same for preflight: absent where the host itself builds. */
export function remoteBuilder(ws: Pick<Workspace, 'processEnv'>, host: OpenHost): { readonly builder?: ReturnType<typeof builderOf> } {
  return host.upload ? { builder: builderOf(ws, [host]) } : {};
}
