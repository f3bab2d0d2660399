import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Interrupted } from '../src/interrupt.js';
import { freePort } from '../src/port.js';
import { run } from '../src/run.js';

const options = { cwd: '/', env: process.env, output: 'kept' } as const;

describe('a command of the demo', () => {
  it('gives what it said', async () => {
    expect(await run(['sh', '-c', 'echo out; echo err >&2'], options)).toMatch(/out\n/);
  });

  it('fails with the end of what it said', async () => {
    await expect(run(['sh', '-c', 'echo the reason >&2; exit 7'], options)).rejects.toThrow(/exit code 7:\nthe reason/);
    await expect(run(['no-such-program-here'], options)).rejects.toThrow(/ENOENT/);
  });

  it('is ended when it takes too long', async () => {
    await expect(run(['sleep', '20'], { ...options, timeoutMs: 100 })).rejects.toThrow(/took longer than/);
  });

  it('is told of an interrupt, and waited for', async () => {
    const stop = new AbortController();
    const begun = performance.now();
    const running = run(['sh', '-c', 'trap "sleep 0.3; exit 0" INT; while :; do sleep 0.05; done'], { ...options, signal: stop.signal });
    setTimeout(() => stop.abort(new Interrupted('SIGINT')), 200);
    await expect(running).rejects.toThrow(Interrupted);
    expect(performance.now() - begun).toBeGreaterThan(450);
    await expect(run(['true'], { ...options, signal: stop.signal })).rejects.toThrow(Interrupted);
  });
});

describe('the port of the demo', () => {
  it('is the wanted one, or the next that nobody listens on', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    expect(await freePort(port)).toBeGreaterThan(port);
    await new Promise((resolve) => server.close(resolve));
    expect(await freePort(port)).toBe(port);
  });
});
