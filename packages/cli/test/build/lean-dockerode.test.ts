import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'tsup';
import { leanDockerode } from '../../build/lean-dockerode.js';

const adapter = fileURLToPath(new URL('../../../core/src/adapters/dockerode.ts', import.meta.url));
let folder = '';
let engine: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagecraft-lean-'));
  await build({
    config: false,
    silent: true,
    entry: { dockerode: adapter },
    outDir: join(folder, 'dist'),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
    noExternal: [/.*/],
    outExtension: () => ({ js: '.mjs' }),
    esbuildPlugins: [leanDockerode()],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url),__dirname='';" },
  });
  engine = createServer((request, response) => {
    if (request.url?.includes('/gone/')) response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"No such container"}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ asked: decodeURIComponent(request.url ?? '') }));
  });
  await new Promise<void>((resolve) => engine.listen(join(folder, 'engine.sock'), resolve));
}, 60_000);

afterAll(async () => {
  await new Promise((resolve) => engine.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

describe('CLI_GLOBAL_FLAGS: dockerode in the bundle', () => {
  it('asks an engine behind a socket, and gives its status where it refuses', async () => {
    const program = `
      const { Docker } = await import(${JSON.stringify(pathToFileURL(join(folder, 'dist/dockerode.mjs')).href)});
      const docker = new Docker({ socketPath: ${JSON.stringify(join(folder, 'engine.sock'))} });
      const listed = await docker.listContainers({ all: true, filters: { label: ['a=b'] } });
      const gone = await docker.getContainer('gone').inspect().catch((error) => error.statusCode);
      process.stdout.write(JSON.stringify({ listed, gone }));`;
    await writeFile(join(folder, 'ask.mjs'), program);
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'ask.mjs')]);
    expect(JSON.parse(stdout)).toEqual({ listed: { asked: '/containers/json?all=true&filters={"label":["a=b"]}' }, gone: 404 });
  });

  it('brings neither gRPC nor SSH along', async () => {
    const texts = await Promise.all((await readdir(join(folder, 'dist'))).map((name) => readFile(join(folder, 'dist', name), 'utf8')));
    expect(texts.join('\n')).not.toMatch(/node_modules\/(ssh2|@grpc|protobufjs|tar-fs)\//);
    expect(texts.join('\n')).toContain('docker-modem/lib/modem');
  });
});
