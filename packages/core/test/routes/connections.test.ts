import { describe, expect, it } from '@jest/globals';
import { countConnections, openConnections } from '../../src/routes/connections.js';
import type { ContainerState } from '../../src/ports/containers.js';
import type { Shell } from '../../src/ports/shell.js';

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
const row = (local: string, port: number, remote: string, state: string): string => `   1: ${local}:${hex(port)} ${remote}:D431 ${state} 00000000:00000000 00:00000000 00000000     0        0 12345 1`;
const listening = row('00000000', 3000, '00000000', '0A');
const outside = '0264C612';

describe('DEPLOY_ROLLOUT: connections of a container', () => {
  it('count when they are established, from outside, on a port that was asked for', () => {
    const text = ['  sl  local_address rem_address   st tx_queue', listening, row('0364C612', 3000, outside, '01'), row('0364C612', 3000, outside, '06'), row('0364C612', 3000, outside, '08'), row('0364C612', 5432, outside, '01'), ''].join('\n');
    expect(countConnections(text, [3000])).toBe(1);
    expect(countConnections(text, [5432, 3000])).toBe(2);
    expect(countConnections(text, [80])).toBe(0);
  });

  it('count on all ports that it listens on where none was asked for', () => {
    expect(countConnections([listening, row('0364C612', 3000, outside, '01'), row('0364C612', 40_000, outside, '01')].join('\n'), [])).toBe(1);
  });

  it('are not those of its own health check', () => {
    const v6 = (remote: string): string => row('00000000000000000000000000000000', 3000, remote, '01');
    expect(countConnections([row('0100007F', 3000, '0100007F', '01'), v6('00000000000000000000000001000000'), v6('0000000000000000FFFF00000100007F')].join('\n'), [3000])).toBe(0);
    expect(countConnections([v6('0000000000000000FFFF0000' + outside), v6('B80D0120000000000000000001000000')].join('\n'), [3000])).toBe(2);
  });

  it('are unknown where nobody can read the table', async () => {
    const scripts: string[] = [];
    const shell = (exitCode: number, stdout: string): Shell => ({ run: (script) => (scripts.push(script), Promise.resolve({ exitCode, stdout, stderr: '' })), start: () => Promise.resolve() });
    const container = { id: 'abc', pid: 42, networks: { none: { address: '', aliases: [] }, edge: { address: '198.51.100.3', aliases: [] } } } as unknown as ContainerState;
    expect(await openConnections(shell(1, ''), container, [3000])).toBeUndefined();
    expect(await openConnections(shell(0, row('0364C612', 3000, outside, '01')), container, [3000])).toBe(1);
    // The pid is believed only where the namespace has the container's address.
    expect(scripts[0]).toBe('grep -qwF 198.51.100.3 /proc/42/net/fib_trie 2>/dev/null && cat /proc/42/net/tcp /proc/42/net/tcp6 2>/dev/null || timeout 5 docker exec abc cat /proc/net/tcp /proc/net/tcp6 2>/dev/null');
  });
});
