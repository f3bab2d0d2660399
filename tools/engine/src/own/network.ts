import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { attempt } from '../exec.js';

/** The engine's own bridge; 198.18.0.0/15 is for tests by RFC 2544 and meets no real network. */
export const BRIDGE_ADDRESS = '198.19.200.1/24';
export const POOL = { base: '198.19.128.0/17', size: 24 };

const SWITCHES = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/bridge/bridge-nf-call-iptables', '/proc/sys/net/bridge/bridge-nf-call-ip6tables'];

/** What an engine changes of the machine's network, as it was before. */
export interface NetworkBefore {
  switches: Record<string, string>;
  /** `-P` of the FORWARD chain, by command. */
  forward: Record<string, string>;
  /** Whether there was a bridge docker0 that is not ours. */
  foreign: boolean;
}

type Env = NodeJS.ProcessEnv;
const FAMILIES = ['iptables', 'ip6tables'] as const;

export async function networkBefore(env: Env): Promise<NetworkBefore> {
  const before: NetworkBefore = { switches: {}, forward: {}, foreign: (await attempt('ip', ['link', 'show', 'docker0'], { env })).code === 0 };
  for (const file of SWITCHES) if (existsSync(file)) before.switches[file] = readFileSync(file, 'utf8').trim();
  for (const family of FAMILIES) {
    const policy = /^-P FORWARD (\S+)/m.exec((await attempt(family, ['-w', '-S', 'FORWARD'], { env })).stdout)?.[1];
    if (policy) before.forward[family] = policy;
  }
  return before;
}

/** Takes the bridges, the rules and the switches of an ended engine of ours back. */
export async function restoreNetwork(before: NetworkBefore, env: Env): Promise<void> {
  for (const name of await ownBridges(env)) await attempt('ip', ['link', 'delete', name], { env });
  for (const family of FAMILIES) {
    const saved = await attempt(`${family}-save`, [], { env });
    if (saved.code !== 0) continue;
    const undo = undoing(saved.stdout);
    if (undo) await attempt(`${family}-restore`, ['--noflush', '-w'], { env, input: undo });
    const policy = before.forward[family];
    if (policy) await attempt(family, ['-w', '-P', 'FORWARD', policy], { env });
  }
  for (const [file, value] of Object.entries(before.switches)) if (readFileSync(file, 'utf8').trim() !== value) writeFileSync(file, value);
}

/**
 * The input for `iptables-restore --noflush` that removes an engine's chains and rules, out of what `iptables-save` said;
 * empty where there are none. Rules of others stay.
 */
export function undoing(saved: string): string {
  const out: string[] = [];
  for (const table of saved.split(/^(?=\*)/m).filter((part) => part.startsWith('*'))) {
    const lines = table.split('\n');
    const chains = lines.flatMap((line) => /^:(DOCKER[\w-]*) /.exec(line)?.[1] ?? []);
    const rules = lines.filter((line) => line.startsWith('-A ') && !chains.includes(line.split(' ')[1] ?? '') && ofEngine(line));
    if (chains.length + rules.length === 0) continue;
    out.push(lines[0] ?? '', ...rules.map((rule) => rule.replace(/^-A/, '-D')), ...chains.map((chain) => `-F ${chain}`), ...chains.map((chain) => `-X ${chain}`), 'COMMIT');
  }
  return out.length > 0 ? `${out.join('\n')}\n` : '';
}

/** Is this rule one that the engine added to a chain of the system? */
function ofEngine(rule: string): boolean {
  return /-j DOCKER/.test(rule) || /-[io] (docker0|br-[0-9a-f]{12})\b/.test(rule) || /-s 198\.19\.\d+\.\d+\//.test(rule);
}

async function ownBridges(env: Env): Promise<string[]> {
  const links = await attempt('ip', ['-o', '-4', 'address', 'show'], { env });
  const names = links.stdout.split('\n').flatMap((line) => {
    const [, name, , address] = /^\d+: (\S+)\s+(inet) 198\.19\.(\d+)\./.exec(line) ?? [];
    return name && Number(address) >= 128 && /^(docker0|br-[0-9a-f]{12})$/.test(name) ? [name] : [];
  });
  return [...new Set(names)];
}

