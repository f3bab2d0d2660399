import { attempt, must } from '@stagecraft-tools/engine/parts';
import { SET } from './places.js';
import { systemPath } from './whether.js';

/** 198.18.0.0/15 is for tests by RFC 2544 and meets no real network; the engine of the tests has its upper half. */
export const NET = '198.18.0';
/** This machine's own end. */
export const HUB = `${NET}.1`;
/** The name of this machine's end; tools/load knows it as a way to hosts of ours. */
export const LINK = 'schosts0';
/** The hosts are joined in a network namespace of its own, so that no rule of this machine's is in their way. */
const SWITCH = SET;

export function addressOf(number: number): string {
  return `${NET}.${10 + number}`;
}

/** The network namespace of a host, by the name that `ip netns` knows. */
export function namespaceOf(name: string): string {
  return `${SWITCH}-${name}`;
}

const ip = (...args: string[]): Promise<string> => must('ip', args, { env: systemPath(), timeout: 30_000 });
const tryIp = (...args: string[]): Promise<unknown> => attempt('ip', args, { env: systemPath(), timeout: 30_000 });

/** The switch that hosts are plugged into. Does nothing where it is there. */
export async function switchUp(): Promise<void> {
  if ((await attempt('ip', ['-n', SWITCH, 'link', 'show', 'br0'], { env: systemPath() })).code === 0) return;
  await switchDown();
  await ip('netns', 'add', SWITCH);
  await ip('-n', SWITCH, 'link', 'set', 'lo', 'up');
  await ip('link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'up0', 'netns', SWITCH);
  await ip('addr', 'add', `${HUB}/24`, 'dev', LINK);
  await ip('link', 'set', LINK, 'up');
  await ip('-n', SWITCH, 'link', 'add', 'br0', 'type', 'bridge');
  await ip('-n', SWITCH, 'link', 'set', 'br0', 'up');
  await ip('-n', SWITCH, 'link', 'set', 'up0', 'master', 'br0', 'up');
}

export async function switchDown(): Promise<void> {
  await tryIp('link', 'delete', LINK);
  await tryIp('netns', 'delete', SWITCH);
}

/** A network namespace for a host, plugged into the switch. */
export async function plugIn(name: string, number: number): Promise<void> {
  const own = namespaceOf(name);
  await ip('netns', 'add', own);
  await ip('-n', own, 'link', 'set', 'lo', 'up');
  await ip('-n', SWITCH, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', own);
  await ip('-n', SWITCH, 'link', 'set', name, 'master', 'br0', 'up');
  // Always the same, so that nobody asks a dead card for a host that has booted again.
  await ip('-n', own, 'link', 'set', 'eth0', 'address', `02:c6:12:00:00:${(10 + number).toString(16).padStart(2, '0')}`);
  await ip('-n', own, 'addr', 'add', `${addressOf(number)}/24`, 'dev', 'eth0');
  await ip('-n', own, 'link', 'set', 'eth0', 'up');
  await ip('-n', own, 'route', 'add', 'default', 'via', HUB);
}

export async function unplug(name: string): Promise<void> {
  await tryIp('-n', SWITCH, 'link', 'delete', name);
  await tryIp('netns', 'delete', namespaceOf(name));
}

/** Cuts the cable of a host, or mends it. */
export async function cable(name: string, state: 'cut' | 'whole'): Promise<void> {
  await ip('-n', SWITCH, 'link', 'set', name, state === 'cut' ? 'down' : 'up');
}
