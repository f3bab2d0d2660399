import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fail, isStagecraftError } from '../errors/index.js';
import type { Containers } from '../ports/containers.js';
import type { ImageSource, PackedImage } from '../ports/image-source.js';

/** Random data costs little more than to copy it, and text is a third of its size. */
const level = 4;

/** Images of the engine behind a unix socket of this machine. @param containers the same engine, to be asked. */
export function imageSource(socket: string, containers: Pick<Containers, 'image'>): ImageSource {
  const packed = new Map<string, Promise<PackedImage>>();
  const folders: string[] = [];
  const save = async (id: string): Promise<Readable> => {
    const { Docker } = await import('./dockerode.js');
    return (await new Docker({ socketPath: socket }).getImage(id).get()) as Readable;
  };
  const layers = async (id: string): Promise<readonly string[] | undefined> => (await containers.image(id))?.layers;
  return {
    layers,
    pack({ id, reference }, skip) {
      const key = `${id} ${reference} ${skip}`;
      const known = packed.get(key);
      if (known) return known;
      const made = (async () => {
        await sweep();
        const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
        folders.push(folder);
        const all = await layers(id);
        if (!all) throw fail({ code: 'SC4010', kind: 'external', message: `The engine of this machine does not have the image ${reference} (${id.slice(0, 19)}).`, next: ['docker images', 'stagecraft build'] });
        return packInto(folder, { id, reference, layers: all, skip }, () => save(id));
      })().catch((error: unknown) => {
        if (isStagecraftError(error)) throw error;
        throw fail({ code: 'SC4012', kind: 'external', message: `${reference} cannot be packed into ${tmpdir()}: ${(error as Error).message}`, next: [`df -h ${tmpdir()}`, 'TMPDIR names another folder', 'docker info'], cause: error });
      });
      packed.set(key, made);
      return made;
    },
    async release() {
      await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
      packed.clear();
    },
  };
}

const prefix = 'stagecraft-image-';

/** What operators left who were killed: a packed image may be large. */
async function sweep(): Promise<void> {
  const names = await readdir(tmpdir());
  const dead = names.filter((name) => name.startsWith(prefix) && !isAlive(Number.parseInt(name.slice(prefix.length), 10)));
  await Promise.all(dead.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined)));
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface Wanted {
  readonly id: string;
  readonly reference: string;
  readonly layers: readonly string[];
  readonly skip: number;
}

interface Found {
  config: Buffer | undefined;
  /** Paths of the layers in the archive of the engine, lowest first. */
  order: readonly string[];
  /** By path in the archive: the packed file. */
  readonly files: Map<string, string>;
}

/** @internal Exported for its test. */
export async function packInto(folder: string, wanted: Wanted, save: () => Promise<Readable>): Promise<PackedImage> {
  const found: Found = { config: undefined, order: [], files: new Map() };
  const { id, layers, skip, reference } = wanted;
  const digests = new Set(layers.slice(skip).map((layer) => `blobs/sha256/${hex(layer)}`));
  await readArchive(folder, id, await save(), found, (path) => digests.has(path));
  // An engine before 25 calls layers otherwise, and tells how only at the end.
  const missing = new Set(found.order.slice(skip).filter((path) => !found.files.has(path)));
  if (missing.size > 0) await readArchive(folder, id, await save(), found, (path) => missing.has(path));
  const paths = found.order.slice(skip);
  const files = paths.map((path) => found.files.get(path));
  if (!found.config || found.order.length !== layers.length || files.some((file) => file === undefined))
    throw fail({
      code: 'SC4011',
      kind: 'external',
      message: `The engine of this machine gives ${reference} in a form that other engines cannot take in parts, as where containerd keeps its images.`,
      next: ["Switch the engine's containerd image store off (`features.containerd-snapshotter: false` in daemon.json), or push the image to a registry and name it by `image:`."],
    });
  const { pack } = await import('./tar-stream.js');
  const archive = pack();
  const file = join(folder, 'image.tar');
  const sum = createHash('sha256');
  const summed = new PassThrough();
  summed.on('data', (part: Buffer) => sum.update(part));
  const written = told(pipeline(archive as unknown as Readable, summed, createWriteStream(file)));
  const name = (layer: string): string => `${hex(layer)}.tar`;
  const fixed = { mtime: new Date(0), mode: 0o644 };
  const put = (entry: string, content: Buffer | string): void => void archive.entry({ name: entry, ...fixed }, content);
  put('manifest.json', JSON.stringify([{ Config: 'config.json', RepoTags: [reference], Layers: layers.map(name) }]));
  put('config.json', found.config);
  for (const [place, layer] of layers.slice(skip).entries()) {
    const from = files[place] as string;
    await pipeline(createReadStream(from), archive.entry({ name: name(layer), ...fixed, size: (await stat(from)).size }));
    await rm(from);
  }
  archive.finalize();
  await written;
  return { file, bytes: (await stat(file)).size, digest: sum.digest('hex') };
}

/** Reads what the engine saves once, and keeps its list, the image's config and the layers that are wanted, compressed. */
async function readArchive(folder: string, id: string, saved: Readable, found: Found, wanted: (path: string) => boolean): Promise<void> {
  const { extract } = await import('./tar-stream.js');
  const entries = extract();
  const fed = told(pipeline(saved, entries));
  for await (const each of entries) {
    const entry = each as unknown as Readable;
    const { name, type } = each.header;
    if (name === 'manifest.json') found.order = layersOf(await whole(entry));
    else if (type === 'file' && name.includes(hex(id)) && !wanted(name)) found.config = await whole(entry);
    else if (type === 'file' && wanted(name)) found.files.set(name, await compressed(entry, join(folder, `layer-${found.files.size}`)));
    else entry.resume();
  }
  await fed;
}

function layersOf(manifest: Buffer): readonly string[] {
  const [image] = JSON.parse(manifest.toString('utf8')) as readonly { readonly Layers?: readonly string[] }[];
  return image?.Layers ?? [];
}

async function whole(entry: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of entry) parts.push(part);
  return Buffer.concat(parts);
}

/** `docker load` unpacks once: what is compressed already stays as it is. */
async function compressed(entry: Readable, file: string): Promise<string> {
  const through = new PassThrough();
  const fed = told(pipeline(entry, through));
  const head = await firstBytes(through);
  const ready = head.length >= 2 && ((head[0] === 0x1f && head[1] === 0x8b) || (head[0] === 0x28 && head[1] === 0xb5));
  await (ready ? pipeline(through, createWriteStream(file)) : pipeline(through, createGzip({ level }), createWriteStream(file)));
  await fed;
  return file;
}

function firstBytes(stream: PassThrough): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const part = stream.read() as Buffer | null;
      if (part === null && !stream.readableEnded) return;
      stream.off('readable', look);
      if (part !== null) stream.unshift(part);
      resolve(part ?? Buffer.alloc(0));
    };
    stream.on('readable', look);
    stream.once('end', () => resolve(Buffer.alloc(0)));
    stream.once('error', reject);
  });
}

/** What one end of a stream fails with the other is told too; whoever comes to it first throws it. */
function told<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

function hex(digest: string): string {
  return digest.replace(/^sha256:/, '');
}
