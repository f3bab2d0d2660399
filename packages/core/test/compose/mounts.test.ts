import { describe, expect, it } from '@jest/globals';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createFiles } from '../../src/adapters/files.js';
import { lastWorkdir } from '../../src/compose/development.js';
import { mountsOf } from '../../src/compose/mounts.js';
import { desired, project, read, told } from './support.js';

const at = 'docker-compose.yml';
const text = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString();

describe('CORE_COMPOSE: files that Compose mounts', () => {
  it('brings a read-only file by content, with its executable bit', async () => {
    const wanted = (content: string) => desired({ files: { [at]: 'services: { web: { image: web, volumes: ["./conf/app.conf:/etc/app.conf:ro"] } }', 'conf/app.conf': content } });
    const one = await wanted('a');
    const [file] = one.service('web').files;
    expect(file).toMatchObject({ source: 'conf/app.conf', mode: 0o644, secret: false, path: `files/${file?.digest}/app.conf` });
    expect(one.service('web').definition.volumes).toEqual([{ read_only: true, source: file?.path, target: '/etc/app.conf', type: 'bind' }]);
    expect(one.uploads.map(({ path, content, mode }) => [path, text(content), mode])).toEqual([[file?.path, 'a', 0o644]]);
    expect((await wanted('a')).service('web').files).toEqual(one.service('web').files);
    expect((await wanted('b')).service('web').files[0]?.digest).not.toBe(file?.digest);
  });

  it('brings a read-only folder with all its files under one digest', async () => {
    const folder = project({ [at]: 'services: { web: { image: web, volumes: ["./conf:/conf:ro"] } }', 'conf/b/two.sh': '2', 'conf/one': '1' });
    chmodSync(join(folder, 'conf/b/two.sh'), 0o700);
    symlinkSync('one', join(folder, 'conf/link'));
    const model = await read(folder, 'built-in');
    const { files, uploads, findings } = await mountsOf({ model, service: model.services.web as never, files: createFiles(folder), variables: {} });
    const digest = files[0]?.digest;
    expect(files.map(({ path, source, mode, digest: own }) => [path, source, mode, own])).toEqual([
      [`files/${digest}/conf/b/two.sh`, 'conf/b/two.sh', 0o755, digest],
      [`files/${digest}/conf/link`, 'conf/link', 0o644, digest],
      [`files/${digest}/conf/one`, 'conf/one', 0o644, digest],
    ]);
    expect(uploads.map((upload) => text(upload.content))).toEqual(['2', '1', '1']);
    expect(findings).toEqual([]);
  });

  it('keeps an empty folder mountable', async () => {
    const { service, uploads } = await desired({ files: { [at]: 'services: { web: { image: web, volumes: ["./conf/x:/conf:ro"] } }', 'conf/x/y/.keep': '' } });
    expect(service('web').files).toHaveLength(1);
    expect(uploads).toHaveLength(1);
  });

  it('gives a writable folder one place outside every release, the same for all that mount it', async () => {
    const { service, uploads } = await desired({ files: 'services: { a: { build: ./a, volumes: ["./up:/up"] }, b: { build: ./b, volumes: ["./up/:/other"] }, c: { build: ./c, volumes: ["./down:/down"] } }' });
    const sources = ['a', 'b', 'c'].map((name) => (service(name).definition.volumes as { source: string }[])[0]?.source);
    expect(sources[0]).toMatch(/^data\/up-[0-9a-f]{8}$/);
    expect(sources[1]).toBe(sources[0]);
    expect(sources[2]).toMatch(/^data\/down-[0-9a-f]{8}$/);
    expect(uploads).toEqual([]);
  });

  it('says what a writable mount of something that is there does', async () => {
    const { findings, service } = await desired({ files: { [at]: 'services:\n  web:\n    image: web\n    volumes:\n      - ./seed:/seed\n      - ./app.conf:/app.conf\n', 'seed/x': '1', 'app.conf': 'x' } });
    expect(findings.map(told)).toEqual([
      expect.stringMatching(`^${at}:6:9 SC1423 web mounts the file app.conf to write to it; a release brings it read-only`),
      expect.stringMatching(`^${at}:5:9 SC1422 web may write to seed: on a host this is an empty folder of its own`),
    ]);
    expect(service('web').files.map((file) => file.source)).toEqual(['app.conf']);
  });

  it('refuses what is not there or outside the project', async () => {
    const { findings } = await desired({ files: 'services:\n  web:\n    image: web\n    volumes:\n      - ./gone:/gone:ro\n      - ../outside:/out:ro\n    configs: [c]\n    secrets: [e, x]\nconfigs: { c: { file: ./gone2 } }\nsecrets:\n  e: { environment: NOT_SET }\n  x: { external: true }\n' });
    expect(findings.map(told)).toEqual([
      `${at}:5:9 SC1420 web mounts gone, which is not there`,
      `${at}:6:9 SC1421 web mounts ../outside, which is outside the project folder`,
      `${at}:9:12 SC1420 the config \`c\` is the file gone2, which is not there`,
      `${at}:11:3 SC1427 the secret \`e\` takes the variable \`NOT_SET\`, which is not set`,
      `${at}:12:3 SC1426 the secret \`x\` is external: an engine without Swarm has none`,
    ]);
  });

  it('makes read-only mounts of configs and secrets', async () => {
    const files = { [at]: 'services:\n  web:\n    image: web\n    configs: [plain, { source: inline, target: /etc/inline, mode: 0440 }]\n    secrets: [token, { source: cert, target: c.pem }]\nconfigs: { plain: { file: ./plain.conf }, inline: { content: "level = 1\\n" } }\nsecrets: { token: { environment: DB_PASSWORD }, cert: { file: ./cert.pem } }\n', 'plain.conf': 'p', 'cert.pem': 'c' };
    const { service, uploads, desired: all } = await desired({ files, input: { valuesKey: 'k' } });
    const sources = Object.fromEntries(service('web').files.map((file) => [file.source, file]));
    expect(service('web').definition).not.toHaveProperty('configs');
    expect(service('web').definition).not.toHaveProperty('secrets');
    expect([all.configs, all.secrets]).toEqual([{}, {}]);
    expect((service('web').definition.volumes as { target: string; read_only: boolean }[]).map((mount) => `${mount.target} ${mount.read_only}`)).toEqual(['/etc/inline true', '/plain true', '/run/secrets/c.pem true', '/run/secrets/token true']);
    expect([sources['config:inline']?.mode, sources['secret:token']?.mode, sources['plain.conf']?.mode, sources['cert.pem']?.mode]).toEqual([0o440, 0o444, 0o644, 0o444]);
    expect([sources['config:inline']?.secret, sources['secret:token']?.secret, sources['plain.conf']?.secret, sources['cert.pem']?.secret]).toEqual([false, true, false, true]);
    expect(text(uploads.find((upload) => upload.path === sources['secret:token']?.path)?.content)).toBe('s3cret-value');
  });

  it('never tells the content of a secret by its digest: it is keyed, and unknown without the key', async () => {
    const files = 'services: { web: { image: web, secrets: [token] } }\nsecrets: { token: { environment: DB_PASSWORD } }\n';
    const [offline, one, other] = await Promise.all([desired({ files }), desired({ files, input: { valuesKey: 'k' } }), desired({ files, input: { valuesKey: 'l' } })]);
    expect(offline.service('web').files).toMatchObject([{ digest: 'unknown', path: 'files/unknown/token' }]);
    expect(offline.uploads).toEqual([]);
    expect(one.service('web').files[0]?.digest).not.toBe(other.service('web').files[0]?.digest);
  });
});

describe('CORE_COMPOSE: mounts that are for development', () => {
  const errors = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => (await desired({ files })).findings.filter((one) => one.code === 'SC1430').map(told);

  it('refuses the project over the folder where a built image works, with the lines for an override file', async () => {
    const { findings } = await desired({ files: { [at]: 'services:\n  web:\n    build: .\n    volumes:\n      - .:/app\n      - /app/node_modules\n', Dockerfile: 'FROM node:20\nWORKDIR /app\n' } });
    const [finding] = findings.filter((one) => one.code === 'SC1430');
    expect(finding).toMatchObject({ severity: 'error', location: { file: at, line: 5, column: 9 }, service: 'web' });
    expect(finding?.next).toEqual([`take the mount out of ${at}:5, and put it into docker-compose.override.yml, which a deploy does not read:`, 'services:', '  web:', '    volumes:', '      - .:/app']);
  });

  it.each([
    ['a part of it elsewhere', 'build: ., volumes: ["./conf:/etc/app:ro"]', 0],
    ['its source where the Dockerfile does not say the folder', 'build: ./src, volumes: ["./src:/srv"]', 1],
    ['a folder above', 'build: ., volumes: ["./src:/usr"], working_dir: /usr/src', 1],
    ['the project over a working folder that Compose names', 'image: node, working_dir: /app, volumes: [".:/app"]', 1],
    ['data of an image that works where it keeps them', 'image: redis, working_dir: /data, volumes: ["./redis:/data"]', 0],
  ])('%s', async (_, section, count) => {
    expect(await errors({ [at]: `services: { web: { ${section} } }`, 'src/x': '', 'conf/x': '' })).toHaveLength(count);
  });

  it.each([
    ['FROM a\nWORKDIR /x\nWORKDIR y\n', undefined, '/x/y'],
    ['FROM a AS one\nWORKDIR /one\nFROM one AS two\nRUN x\n', undefined, '/one'],
    ['FROM a AS one\nWORKDIR /one\nFROM b AS two\nWORKDIR /two\n', 'one', '/one'],
    ['FROM a AS one\nWORKDIR /one\nFROM b\n', undefined, undefined],
    ['FROM --platform=linux/amd64 a\nworkdir "/q"\n', undefined, '/q'],
    ['FROM a\nWORKDIR $HOME\n', undefined, undefined],
  ])('WORKDIR of %j', (dockerfile, target, expected) => {
    expect(lastWorkdir(dockerfile, target)).toBe(expected);
  });
});
