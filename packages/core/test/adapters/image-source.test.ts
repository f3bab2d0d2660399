import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packInto } from '../../src/adapters/image-source.js';
import { extract, pack } from '../../src/adapters/tar-stream.js';

const sha = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

async function archive(entries: Readonly<Record<string, Buffer | string>>): Promise<Readable> {
  const made = pack();
  for (const [name, content] of Object.entries(entries)) made.entry({ name }, content as Buffer);
  made.finalize();
  const parts: Buffer[] = [];
  for await (const part of made) parts.push(part as Buffer);
  return Readable.from(parts);
}

async function entriesOf(file: string): Promise<Record<string, Buffer>> {
  const entries = extract();
  Readable.from([readFileSync(file)]).pipe(entries);
  const found: Record<string, Buffer> = {};
  for await (const entry of entries) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    found[entry.header.name] = Buffer.concat(parts);
  }
  return found;
}

describe('DEPLOY_ROLLOUT: an image packed for a host', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-source-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const layers = [Buffer.alloc(40_000, 'a'), Buffer.alloc(50_000, 'b'), randomBytes(20_000)];
  const config = Buffer.from('{"rootfs":{}}');
  const id = `sha256:${sha(config)}`;
  const wanted = { id, reference: 'shop/api:1', layers: layers.map((layer) => `sha256:${sha(layer)}`) };
  const blob = (content: Buffer): string => `blobs/sha256/${sha(content)}`;
  const manifest = (paths: readonly string[]): string => JSON.stringify([{ Config: blob(config), RepoTags: ['shop/api:1'], Layers: paths }]);
  const newer = (): Promise<Readable> => archive({ ...Object.fromEntries(layers.map((layer) => [blob(layer), layer])), [blob(config)]: config, 'index.json': '{}', 'manifest.json': manifest(layers.map(blob)) });
  const older = (): Promise<Readable> => archive({ ...Object.fromEntries(layers.map((layer, place) => [`v1-${place}/layer.tar`, layer])), [`${sha(config)}.json`]: config, 'manifest.json': manifest(layers.map((_, place) => `v1-${place}/layer.tar`)) });

  it.each([['an engine of today', newer], ['an engine before 25', older]])('has the layers that the host lacks and no other, from %s', async (_, save) => {
    const packed = await packInto(folder, { ...wanted, skip: 1 }, save);
    const found = await entriesOf(packed.file);
    const names = layers.map((layer) => `${sha(layer)}.tar`);
    expect(Object.keys(found)).toEqual(['manifest.json', 'config.json', ...names.slice(1)]);
    expect(JSON.parse(String(found['manifest.json']))).toEqual([{ Config: 'config.json', RepoTags: ['shop/api:1'], Layers: names }]);
    expect(found['config.json']).toEqual(config);
    for (const [place, layer] of layers.entries()) if (place > 0) expect(gunzipSync(found[names[place] ?? ''] ?? Buffer.alloc(0))).toEqual(layer);
    expect(packed).toEqual({ file: packed.file, bytes: readFileSync(packed.file).length, digest: sha(readFileSync(packed.file)) });
  });

  it('is the same bytes each time, so that an upload that broke off goes on', async () => {
    const [one, two] = [mkdtempSync(join(folder, 'one-')), mkdtempSync(join(folder, 'two-'))];
    expect((await packInto(one, { ...wanted, skip: 0 }, newer)).digest).toBe((await packInto(two, { ...wanted, skip: 0 }, newer)).digest);
  });

  it('packs nothing but the list and the config for a host that has every layer', async () => {
    expect(Object.keys(await entriesOf((await packInto(folder, { ...wanted, skip: 3 }, newer)).file))).toEqual(['manifest.json', 'config.json']);
  });

  it('leaves a layer as it is that is compressed already', async () => {
    const zipped = gzipSync(layers[0] as Buffer);
    const save = (): Promise<Readable> => archive({ 'blobs/sha256/other': zipped, [blob(config)]: config, 'manifest.json': manifest(['blobs/sha256/other']) });
    const packed = await packInto(folder, { ...wanted, layers: wanted.layers.slice(0, 1), skip: 0 }, save);
    expect((await entriesOf(packed.file))[`${sha(layers[0] as Buffer)}.tar`]).toEqual(zipped);
  });

  it('refuses an engine whose ids no other engine knows', async () => {
    const save = (): Promise<Readable> => archive({ 'blobs/sha256/other': layers[0] as Buffer, 'manifest.json': manifest(['blobs/sha256/other']) });
    await expect(packInto(folder, { ...wanted, layers: wanted.layers.slice(0, 1), skip: 0 }, save)).rejects.toMatchObject({ code: 'SC4011', kind: 'external' });
  });
});
