import type { ContainerState } from '../ports/containers.js';
import type { Shell } from '../ports/shell.js';
import { quote } from '../hosts/quote.js';

/**
 * Connections from outside that are established in a container, by the kernel's table of its network namespace: on these ports, or without any on
 * all that it listens on. Undefined: nobody here can read that table.
 */
export async function openConnections(shell: Shell, container: ContainerState, ports: readonly number[]): Promise<number | undefined> {
  const { exitCode, stdout } = await shell.run(tableScript(container), { timeoutMs: 10_000 });
  return exitCode === 0 ? countConnections(stdout, ports) : undefined;
}

/** The pid is the engine's; where that counts pids of another namespace, the table with another address is not the container's. */
function tableScript(container: ContainerState): string {
  const address = Object.values(container.networks).find((network) => network.address !== '')?.address ?? '';
  const net = `/proc/${container.pid}/net`;
  const tables = (folder: string): string => `${folder}/tcp ${folder}/tcp6`;
  const own = address === '' || container.pid === 0 ? 'false' : `grep -qwF ${quote(address)} ${net}/fib_trie 2>/dev/null && cat ${tables(net)} 2>/dev/null`;
  return `${own} || timeout 5 docker exec ${quote(container.id)} cat ${tables('/proc/net')} 2>/dev/null`;
}

/** Counts in a text of `/proc/net/tcp` and `tcp6`: state 01 is established, 0A listens. Loopback is the container's own health check. */
export function countConnections(text: string, ports: readonly number[]): number {
  const rows = text.split('\n').flatMap((line) => {
    const [, local, remote, port, state] = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /.exec(line) ?? [];
    return local && remote && port && state ? [{ port: parseInt(local, 16), remote, state }] : [];
  });
  const counted = ports.length > 0 ? new Set(ports) : new Set(rows.filter((row) => row.state === '0A').map((row) => row.port));
  return rows.filter((row) => row.state === '01' && counted.has(row.port) && !isLoopback(row.remote)).length;
}

// Words are little-endian: 127.0.0.1 is 0100007F.
function isLoopback(remote: string): boolean {
  if (remote.length === 8) return remote.endsWith('7F');
  return remote === '00000000000000000000000001000000' || (remote.startsWith('0000000000000000FFFF0000') && remote.endsWith('7F'));
}
