import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHistogram } from '../src/histogram.js';
import { generate } from '../src/generate.js';
import { reportLines, startLoad } from '../src/index.js';
import { refusedTarget } from '../src/target.js';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<{ url: string; connections: () => number; server: Server }> {
  let connections = 0;
  const server = createServer(listener).on('connection', () => (connections += 1));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connections: () => connections, server };
}

const good: RequestListener = (_request, response) => response.setHeader('x-version', '7').end('fine');

describe('the load', () => {
  it('sends as many requests as are due, on new and on kept connections', async () => {
    const { url, connections } = await serve(good);
    const report = await generate({ url, fresh: 40, keepAlive: 60, clients: 4, seconds: 1 }).ended;
    expect(report).toMatchObject({ lost: 0, open: 0, versions: { 7: report.sent } });
    expect(report.sent).toBeGreaterThanOrEqual(90);
    expect(report.sent).toBeLessThanOrEqual(101);
    expect(connections()).toBeGreaterThanOrEqual(report.byFlow.fresh.sent + 1);
    expect(connections()).toBeLessThanOrEqual(report.byFlow.fresh.sent + 6);
  });

  it('does not wait for answers before it sends on', async () => {
    const { url } = await serve((_request, response) => void setTimeout(() => response.end(), 600));
    const report = await generate({ url, fresh: 50, keepAlive: 50, seconds: 0.5 }).ended;
    expect(report.sent).toBeGreaterThanOrEqual(40);
    expect(report.lost).toBe(0);
  });

  it('has slow requests in flight beside the others', async () => {
    const paths = new Set<string | undefined>();
    const { url } = await serve((request, response) => {
      paths.add(request.url);
      response.end();
    });
    const report = await generate({ url, fresh: 20, keepAlive: 20, slow: { path: '/slow', rate: 10 }, seconds: 0.5 }).ended;
    expect(report.byFlow.slow.sent).toBeGreaterThanOrEqual(3);
    expect([...paths].sort()).toEqual(['/', '/slow']);
  });

  it.each([
    ['http 503', (_request: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(503).end()],
    ['cut', (_request: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())],
    ['ECONNRESET', (request: Parameters<RequestListener>[0]) => void request.socket.resetAndDestroy()],
    ['timeout', () => undefined],
  ] as [string, RequestListener][])('counts as lost: %s', async (kind, listener) => {
    const { url } = await serve(listener);
    const report = await generate({ url, fresh: 30, keepAlive: 0, seconds: 0.3, timeoutMs: 200 }).ended;
    expect(report.sent).toBeGreaterThan(3);
    expect(report.lostByKind).toEqual({ [kind]: report.sent });
    expect(report.losses[0]).toMatchObject({ kind, flow: 'fresh' });
  });

  it('counts as lost what nobody listens to, and says how long nobody did', async () => {
    const { url, server } = await serve(good);
    const { port } = server.address() as AddressInfo;
    // Closed before the first request is sent: a connection that waits to be accepted when its listener closes is reset, not refused.
    await new Promise((resolve) => server.close(resolve));
    const load = generate({ url, fresh: 100, keepAlive: 0, seconds: 10 });
    await sleep(400);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await sleep(300);
    const report = await load.stop();
    expect(report.lostByKind).toEqual({ ECONNREFUSED: report.lost });
    expect(report.lost).toBeGreaterThan(10);
    expect(report.longestOutageMs).toBeGreaterThan(300);
    expect(report.longestOutageMs).toBeLessThan(1500);
    expect(reportLines(report).join('\n')).toMatch(/lost \d+ of \d+ requests .* \d+ x ECONNREFUSED; from 0\.\d s .* longest outage \d+ ms/s);
  });

  it('keeps no more requests open than it may', async () => {
    const { url } = await serve(() => undefined);
    const report = await generate({ url, fresh: 100, keepAlive: 0, seconds: 0.3, maxOpen: 5, timeoutMs: 400 }).ended;
    expect(report.lostByKind['timeout']).toBe(5);
    expect(report.lostByKind['too many open']).toBe(report.sent - 5);
  });

  it('runs in a process of its own, which a busy parent does not disturb', async () => {
    const { url } = await serve(good);
    const load = await startLoad({ url, fresh: 20, keepAlive: 20 });
    await sleep(500);
    expect((await load.report()).ok).toBeGreaterThan(5);
    const report = await load.stop();
    expect(report).toMatchObject({ lost: 0, open: 0 });
    expect(await load.stop()).toEqual(report);
  });

  it('tells why it does not begin', async () => {
    await expect(startLoad({ url: 'http://203.0.113.7/', fresh: 1, keepAlive: 0 })).rejects.toThrow('neither this machine nor a container');
    await expect(startLoad({ url: 'http://127.0.0.1/', fresh: 6000, keepAlive: 0 })).rejects.toThrow('at most 5000');
    expect(() => generate({ url: 'http://127.0.0.1/', fresh: 1, keepAlive: 0, seconds: 601 })).toThrow('at most 600 seconds');
  });
});

describe('targets', () => {
  const bridge = { 'br-0123456789ab': [{ address: '198.19.130.1', netmask: '255.255.255.0', family: 'IPv4' as const, mac: '', internal: false, cidr: '198.19.130.1/24' }], eth0: [{ address: '203.0.113.5', netmask: '255.255.255.0', family: 'IPv4' as const, mac: '', internal: false, cidr: '203.0.113.5/24' }] };

  it.each(['http://127.0.0.1:8080/', 'http://127.9.9.9/', 'http://localhost/x', 'http://[::1]:80/', 'http://198.19.130.77:3000/'])('takes %s', (url) => {
    expect(refusedTarget(url, bridge)).toBeUndefined();
  });

  it.each(['http://203.0.113.9/', 'http://198.19.131.1/', 'http://shop.example.com/', 'https://127.0.0.1/', 'nonsense', 'http://[2001:db8::1]/'])('refuses %s', (url) => {
    expect(refusedTarget(url, bridge)).toEqual(expect.any(String));
  });
});

describe('latencies', () => {
  it('are told within two percent', () => {
    const histogram = createHistogram();
    expect(histogram.quantile(0.5)).toBe(0);
    for (let ms = 1; ms <= 1000; ms += 1) histogram.add(ms);
    expect(Math.abs(histogram.quantile(0.5) / 500 - 1)).toBeLessThan(0.02);
    expect(Math.abs(histogram.quantile(0.99) / 990 - 1)).toBeLessThan(0.02);
  });
});
