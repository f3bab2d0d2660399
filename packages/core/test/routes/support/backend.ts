import type { Scratch } from '../../../../../tools/engine/test-support/index.js';

/** A small server that names itself, takes a second for `/slow`, and on SIGTERM finishes what it has. */
const program = `
const http = require('node:http');
const name = process.env.NAME;
const server = http.createServer((q, r) => {
  const answer = () => { r.setHeader('x-name', name); r.end(name + ' ' + q.url + '\\n'); };
  if (q.url.startsWith('/slow')) setTimeout(answer, 1000); else answer();
}).listen(3000, '0.0.0.0');
http.createServer((q, r) => r.end('admin of ' + name + '\\n')).listen(4000, '0.0.0.0');
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); setTimeout(() => process.exit(0), 8000).unref(); });
`;

/** Starts a container as container.start would leave it; answers its id. */
export async function startBackend(scratch: Scratch, init: { readonly composeProject: string; readonly service: string; readonly operation: string; readonly number: number; readonly name: string }): Promise<string> {
  const labels = { 'com.docker.compose.project': init.composeProject, 'com.docker.compose.service': init.service, 'com.docker.compose.container-number': String(init.number), 'stagecraft.operation': init.operation };
  const id = await scratch.docker(['run', '-d', '--name', `${init.composeProject}-${init.service}-${init.number}`, '--restart', 'always', '-e', `NAME=${init.name}`, ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]), 'node:20', 'node', '-e', program]);
  for (let tries = 0; tries < 100; tries += 1) {
    const up = await scratch.tryDocker(['exec', id.trim(), 'node', '-e', "require('node:net').connect(3000, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]);
    if (up.code === 0) return id.trim();
  }
  throw new Error(`${init.name} does not listen`);
}
