import { engineAt } from '../adapters/engine.js';
import { imageSource } from '../adapters/image-source.js';
import type { Action } from '../plan/types.js';
import type { Containers } from '../ports/containers.js';
import type { ImageSource } from '../ports/image-source.js';
import type { OpenHost } from './host.js';
import { localSocket } from './socket.js';
import { progressTo } from './transfer-progress.js';
import type { Workspace } from './types.js';

type Carry = Extract<Action, { kind: 'image.carry' }>;

/** The images of this machine's engine; it is asked for nothing until one is to be carried. */
export function ownImages(ws: Pick<Workspace, 'processEnv'>): ImageSource {
  let source: ImageSource | undefined;
  const made = (): ImageSource => {
    const socket = localSocket(ws.processEnv);
    return (source ??= imageSource(socket, engineAt(socket)));
  };
  return { layers: (id) => made().layers(id), pack: (image, skip) => made().pack(image, skip), release: () => source?.release() ?? Promise.resolve() };
}

/**
 * Uploads what of an image a host lacks into the environment's folder there, and gives its path on the host. What is there of it already is not sent again.
 * @param tell is told how far it is.
 */
export async function carryTo(host: OpenHost, source: ImageSource, { id = '', reference }: Carry, signal: AbortSignal, tell: (how: string) => void): Promise<string> {
  const layers = (await source.layers(id)) ?? [];
  const packed = await source.pack({ id, reference }, await layersThere(host.containers, layers));
  // An upload that nobody ends is tidied up like any other temporary file of the state.
  const to = `${host.scope.folder}/carried/${packed.digest}.stagecraft-temp`;
  const told = progressTo((how) => tell(`${reference} to be on ${host.name}: ${how}`));
  if (!host.upload) throw new Error(`nothing is carried to ${host.name}`);
  await host.upload(packed.file, to, { bytes: packed.bytes, sha256: packed.digest, signal, onBytes: (sent) => told(sent, packed.bytes) });
  return to;
}

/** How many of the lowest layers the host has in one of its images: an engine knows a layer by all that lies below it. */
async function layersThere(containers: Containers, layers: readonly string[]): Promise<number> {
  const images = await containers.images({});
  const common = (others: readonly string[]): number => {
    let same = 0;
    while (same < layers.length && layers[same] === others[same]) same += 1;
    return same;
  };
  return Math.max(0, ...images.map((image) => common(image.layers ?? [])));
}
