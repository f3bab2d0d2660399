import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { fetchPlainly } from '../../src/providers/plain-http.js';

async function asked(answer: (socket: Socket) => void, ask: (url: string) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    answer(socket);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
}

describe('CORE_BACKEND_REGISTRY: a plain request', () => {
  // The platform's own never settles here, and the process ended in the middle of a deploy, without a word.
  it.each<[string, (socket: Socket) => void]>([
    ['closed at once', (socket) => void socket.end()],
    ['reset at once', (socket) => void socket.resetAndDestroy()],
    ['closed after the question', (socket) => void socket.on('data', () => socket.end())],
    ['cut in the middle of the answer', (socket) => void socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', () => socket.destroy()))],
  ])('fails where the connection is %s', async (_, answer) => {
    await asked(answer, async (url) => {
      for (let time = 0; time < 5; time += 1) await expect(Promise.all([fetchPlainly(url), fetchPlainly(url)])).rejects.toThrow('fetch failed');
    });
  });

  it('brings status, headers and the whole body', async () => {
    let question = '';
    const answer = (socket: Socket): void => void socket.on('data', (data) => {
      question += data.toString();
      socket.end('HTTP/1.1 404 Not Found\r\nx-next-page: 2\r\ncontent-type: application/json\r\ncontent-length: 7\r\nconnection: close\r\n\r\n{"a":1}');
    });
    await asked(answer, async (url) => {
      const got = await fetchPlainly(url, { headers: { 'x-a': 'b' } });
      expect([got.status, got.ok, got.headers.get('x-next-page'), await got.json()]).toEqual([404, false, '2', { a: 1 }]);
      expect(question).toMatch(/^GET \/a\?b=c HTTP\/1\.1\r\n(?:.*\r\n)*x-a: b\r\n/);
    });
  });

  it('ends with its signal', async () => {
    await asked(() => undefined, async (url) => {
      const stop = new AbortController();
      const open = fetchPlainly(url, { signal: stop.signal });
      setTimeout(() => stop.abort(new Error('no more')), 20);
      await expect(open).rejects.toThrow('no more');
    });
  });

  it('follows a redirect, and has no body where the status has none', async () => {
    const pages = (socket: Socket): void => void socket.on('data', (data) => socket.end(data.toString().startsWith('GET /a?') ? 'HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n' : 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'));
    await asked(pages, async (url) => {
      expect((await fetchPlainly(url)).status).toBe(204);
      expect((await fetchPlainly(url.replace('/a?b=c', '/b'))).status).toBe(204);
    });
  });
});
