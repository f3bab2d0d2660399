import { describe, expect, it } from '@jest/globals';
import type { ExecOptions } from '../../src/ports/exec.js';
import { retrying, providerContext } from '../../src/providers/context.js';

const signal = new AbortController().signal;
const clock = { now: () => 5, sleep: () => Promise.resolve(), random: () => '' };

describe('PROVIDER_BACKEND_INTERFACE: the context of a provider', () => {
  const ran: { argv: readonly string[]; options: ExecOptions | undefined }[] = [];
  const scripts: string[] = [];
  const told: unknown[] = [];
  const context = providerContext({
    project: 'shop',
    environment: 'prod',
    config: { image: 'x' },
    folder: '/project',
    io: { event: (event) => void told.push(event) },
    exec: { run: (argv, options) => (ran.push({ argv, options }), Promise.resolve({ exitCode: 0, stdout: '', stderr: '' })) },
    files: { read: () => Promise.resolve(undefined), readBytes: () => Promise.resolve(undefined), write: () => Promise.resolve(), list: () => Promise.resolve([]), stat: () => Promise.resolve(undefined) },
    hosts: { local: { shell: { run: (script) => (scripts.push(script), Promise.resolve({ exitCode: 3, stdout: 'o', stderr: 'e' })), start: () => Promise.resolve() }, files: { read: () => Promise.resolve('text'), write: () => Promise.resolve(), list: () => Promise.resolve([]) } } },
    clock,
    signal,
  });

  it('runs commands in the project folder, without a shell', async () => {
    await context.exec(['ls', '$HOME'], { timeoutMs: 7 });
    expect(ran).toEqual([{ argv: ['ls', '$HOME'], options: { cwd: '/project', signal, timeoutMs: 7 } }]);
  });

  it('runs commands on a host with every word quoted', async () => {
    expect(await context.on('local').exec(['docker', 'exec', 'a', "it's", '$x; rm'])).toEqual({ exitCode: 3, stdout: 'o', stderr: 'e' });
    expect(scripts).toEqual([`docker exec a 'it'\\''s' '$x; rm'`]);
    expect(await context.on('local').files.read('/x')).toBe('text');
  });

  it('knows the hosts of its environment alone', () => {
    expect(() => context.on('web-9')).toThrow(expect.objectContaining({ code: 'SC4210', kind: 'bug' }));
    expect(() => context.on('toString')).toThrow(expect.objectContaining({ code: 'SC4210' }));
  });

  it('tells events and makes errors of the provider’s own codes', () => {
    context.io.event({ type: 'log', code: 'acme/x', data: 1 });
    expect(told).toEqual([{ type: 'log', code: 'acme/x', data: 1 }]);
    expect(context.fail({ kind: 'external', code: 'acme/gone', message: 'Gone.' })).toMatchObject({ code: 'acme/gone', kind: 'external', message: 'Gone.' });
  });
});

describe('requests of a provider', () => {
  const failing = (times: number): { fetcher: typeof fetch; count(): number } => {
    let calls = 0;
    return {
      count: () => calls,
      fetcher: () => {
        calls += 1;
        return calls <= times ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(new Response('ok', { status: 503 }));
      },
    };
  };

  it.each(['GET', 'head', 'OPTIONS', 'PUT', 'DELETE'])('%s is repeated where no answer came', async (method) => {
    const { fetcher, count } = failing(2);
    expect((await retrying(fetcher, clock)('http://127.0.0.1/', { method })).status).toBe(503);
    expect(count()).toBe(3);
  });

  it.each(['POST', 'PATCH'])('%s is sent once', async (method) => {
    const { fetcher, count } = failing(1);
    await expect(retrying(fetcher, clock)('http://127.0.0.1/', { method })).rejects.toThrow('fetch failed');
    expect(count()).toBe(1);
  });

  it('fail after three tries, and at once when the run ends', async () => {
    const { fetcher, count } = failing(9);
    await expect(retrying(fetcher, clock)('http://127.0.0.1/')).rejects.toThrow('fetch failed');
    expect(count()).toBe(3);
    const stopped = failing(9);
    await expect(retrying(stopped.fetcher, clock)('http://127.0.0.1/', { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(stopped.count()).toBe(1);
  });

  it('end in time, whatever the fetcher makes of its signal', async () => {
    const deaf: typeof fetch = () => new Promise<Response>(() => undefined);
    await expect(retrying(deaf, clock, 20)('http://127.0.0.1/')).rejects.toThrow('It did not answer within 0.02 s.');
    const stop = new AbortController();
    const asked = retrying(deaf, clock)('http://127.0.0.1/', { signal: stop.signal });
    stop.abort(new Error('the run ends'));
    await expect(asked).rejects.toThrow('the run ends');
  });
});
