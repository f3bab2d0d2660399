import { describe, expect, it } from '@jest/globals';
import { markerOf } from '../src/names.js';
import proxy from '../src/proxy.js';
import { contextOf, place, table, web } from './tables.js';

const marker = markerOf(table([web])) ?? '';

interface Row {
  readonly server: string;
  readonly name: string;
  readonly address?: string;
  readonly operational?: number;
  readonly admin?: number;
  readonly open?: number;
  readonly backend?: string;
}

/** What the read script prints for one worker, in the columns of HAProxy 2.6. */
function worker(pid: number, rows: readonly Row[], marked = marker): string {
  const state = rows.map(({ backend = 'shop:prod:web:3000', server, name, address = '198.51.100.9', operational = 2, admin = 0 }) => `4 ${backend} 1 ${server} ${address} ${operational} ${admin} 1 1 40 1 0 0 0 0 0 0 ${name} 3000 - 0 0 - - 0`);
  const stat = rows.map(({ backend = 'shop:prod:web:3000', server, open = 0 }) => `${backend},${server},0,0,${open},1,,2,152,218,,0,,0,0,0,0,no check,1,1`);
  return [`worker ${pid}`, '1', '# be_id be_name srv_id srv_name srv_addr', ...state, '', '# pxname,svname,qcur,qmax,scur,smax', 'stagecraft-web,FRONTEND,,,1,1,8000,12', ...stat, ...(marked === '' ? [] : [`${marked},BACKEND,0,0,0,0,1,0`]), 'shop:prod:web:3000,BACKEND,0,0,0,1,1,3', ''].join('\n');
}

describe('DEPLOY_ROLLOUT: what HAProxy routes to', () => {
  it('is what is ready, running and has an address', async () => {
    const stdout = worker(8, [
      { server: 's1', name: 'web-r1-1' },
      { server: 's2', name: 'web-r1-2', admin: 68 },
      { server: 's3', name: 'web-r2-1', admin: 8 },
      { server: 's4', name: 'web-r3-1', address: '-', admin: 32, operational: 0 },
      { server: 's5', name: 'web-r4-1', address: '-' },
      { server: 's6', name: 'stagecraft-proxy', admin: 5, operational: 0 },
      { server: 's7', name: 'web-x-1', backend: 'shop:prod2:web:3000' },
    ]);
    expect(await proxy.observe(contextOf({ stdout }), 'local', place, table([web]))).toEqual([
      { id: 'web-r1-1', service: 'web', port: 3000, state: 'in' },
      { id: 'web-r1-2', service: 'web', port: 3000, state: 'in' },
      { id: 'web-r2-1', service: 'web', port: 3000, state: 'draining' },
    ]);
  });

  it('counts a worker that a reload replaced, as it still answers', async () => {
    const stdout = worker(9, [{ server: 's1', name: 'web-r2-1' }, { server: 's2', name: 'web-r1-1', admin: 8 }]) + worker(8, [{ server: 's1', name: 'web-r1-1' }], 'shop:prod::0123456789ab');
    expect(await proxy.observe(contextOf({ stdout }), 'local', place, table([web]))).toEqual([
      { id: 'web-r1-1', service: 'web', port: 3000, state: 'in' },
      { id: 'web-r2-1', service: 'web', port: 3000, state: 'in' },
    ]);
  });

  it('is not told while the worker that takes new connections has other routes', async () => {
    const stdout = worker(9, [{ server: 's1', name: 'web-r1-1' }], 'shop:prod::0123456789ab') + worker(8, [{ server: 's1', name: 'web-r1-1' }]);
    await expect(proxy.observe(contextOf({ stdout }), 'local', place, table([web]))).rejects.toMatchObject({ code: 'haproxy/routes', kind: 'external' });
    await expect(proxy.observe(contextOf({ stdout }), 'local', place, table([]))).rejects.toMatchObject({ code: 'haproxy/routes' });
  });

  it('is nothing for an owner that routes nothing', async () => {
    expect(await proxy.observe(contextOf({ stdout: worker(8, []) }), 'local', place, table([], [], { project: 'other', environment: 'prod' }))).toEqual([]);
  });

  it('is asked with one command in the container', async () => {
    const ran: (readonly string[])[] = [];
    await proxy.observe(contextOf({ stdout: worker(8, []) }, ran), 'local', place, table([web]));
    expect(ran.map(([a, b, c, d]) => [a, b, c, d])).toEqual([['docker', 'exec', 'stagecraft-proxy', 'sh']]);
  });

  it.each([
    ['fails', { exitCode: 1, stderr: 'Error response from daemon: No such container: stagecraft-proxy\n' }, 'No such container: stagecraft-proxy'],
    ['says nothing', { exitCode: 0 }, 'exit code 0, 0 workers'],
  ])('is an external failure where the command %s', async (_what, answer, why) => {
    await expect(proxy.observe(contextOf(answer), 'local', place, table([web]))).rejects.toMatchObject({ code: 'haproxy/runtime-api', kind: 'external', message: expect.stringContaining(why) });
  });
});

describe('what is open on a target', () => {
  it('is counted in all workers', async () => {
    const stdout = worker(9, [{ server: 's1', name: 'web-r2-1', open: 7 }, { server: 's2', name: 'web-r1-1', admin: 8, open: 2 }]) + worker(8, [{ server: 's1', name: 'web-r1-1', open: 3 }]);
    const count = (id: string, port = 3000): Promise<number> => proxy.open(contextOf({ stdout }), 'local', place, { id, service: 'web', port, state: 'draining' });
    expect(await Promise.all([count('web-r1-1'), count('web-r2-1'), count('web-gone-1'), count('web-r1-1', 4000)])).toEqual([5, 7, 0, 0]);
  });
});
