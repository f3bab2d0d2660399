import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFiles } from '../../src/adapters/files.js';
import { contextDigest } from '../../src/images/context-digest.js';
import type { BuildRequest } from '../../src/plugin-api/backend.js';
import type { Containers } from '../../src/ports/containers.js';

let folder: string;
let images: Record<string, string>;
const containers = { image: (reference: string) => Promise.resolve(images[reference] ? { id: images[reference] } : undefined) } as unknown as Containers;
const request: BuildRequest = { services: ['api'], tag: 'shop-api:v1', context: '.', args: {}, labels: {}, platforms: [], pull: false, noCache: false };
const digest = (change: Partial<BuildRequest> = {}, argsDigest?: string): Promise<string | undefined> => contextDigest({ ...request, ...change }, argsDigest, createFiles(folder), containers);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagecraft-context-'));
  images = { 'node:20': 'sha256:aa' };
  await writeFile(join(folder, 'Dockerfile'), 'FROM node:20\nCOPY . .\n');
  await writeFile(join(folder, 'server.js'), 'one');
  await writeFile(join(folder, '.dockerignore'), '*.log\nnode_modules\n');
});
afterEach(() => rm(folder, { recursive: true }));

describe('CLI_BUILD: the digest of what a build reads', () => {
  it('is the same for the same files, and does not look at tags', async () => {
    expect(await digest()).toBe(await digest({ tag: 'shop-api:v2' }));
  });

  it('changes with a file, its mode, an argument, the Dockerfile, the target and the base image', async () => {
    const seen = new Set([await digest()]);
    await writeFile(join(folder, 'server.js'), 'two');
    seen.add(await digest());
    await chmod(join(folder, 'server.js'), 0o755);
    seen.add(await digest());
    seen.add(await digest({ args: { A: '1' } }, 'keyed'));
    seen.add(await digest({ target: 'release' }));
    images['node:20'] = 'sha256:bb';
    seen.add(await digest());
    await writeFile(join(folder, 'Dockerfile'), 'FROM node:20\nCOPY server.js .\n');
    seen.add(await digest());
    expect(seen.size).toBe(7);
  });

  it('knows arguments by their keyed digest alone: who has the image and the files cannot guess a short one', async () => {
    expect(await digest({ args: { PIN: '1234' } }, 'keyed')).toBe(await digest({ args: { PIN: '9876' } }, 'keyed'));
    expect(await digest({ args: { PIN: '1234' } }, 'keyed')).not.toBe(await digest({ args: { PIN: '1234' } }, 'otherwise'));
    expect(await digest({ args: { PIN: '1234' } })).toBeUndefined();
  });

  it('does not change with what .dockerignore leaves out', async () => {
    const before = await digest();
    await writeFile(join(folder, 'debug.log'), 'x');
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'node_modules', 'a.js'), 'x');
    expect(await digest()).toBe(before);
  });

  it('does not change with the project’s record of its releases', async () => {
    await mkdir(join(folder, 'app'));
    const before = await digest();
    await mkdir(join(folder, '.stagecraft', 'rendered'), { recursive: true });
    await writeFile(join(folder, '.stagecraft', 'releases.json'), '{}');
    await mkdir(join(folder, 'app', '.stagecraft'));
    await writeFile(join(folder, 'app', '.stagecraft', 'serving.json'), '{}');
    expect(await digest()).toBe(before);
  });

  it('cannot be told for a base image that is not there, a remote context or a remote ADD', async () => {
    expect(await digest({ context: 'https://example.com/repo.git' })).toBeUndefined();
    await writeFile(join(folder, 'Dockerfile'), 'FROM node:20\nADD https://example.com/a /a\n');
    expect(await digest()).toBeUndefined();
    await writeFile(join(folder, 'Dockerfile'), 'FROM node:21\n');
    expect(await digest()).toBeUndefined();
  });

  it('knows stages and arguments of the Dockerfile', async () => {
    await writeFile(join(folder, 'Dockerfile'), 'ARG V=20\nFROM node:${V} AS build\nFROM build\nCOPY --from=build /a /a\n');
    expect(await digest()).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest({ args: { V: '21' } })).toBeUndefined();
  });

  it('is not led out of the folder by a link', async () => {
    await symlink('/etc/hostname', join(folder, 'link'));
    expect(await digest()).toMatch(/^[0-9a-f]{64}$/);
  });
});
