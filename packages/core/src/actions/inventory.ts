import type { Desired } from '../compose/model.js';
import type { Settings } from '../config/types.js';
import type { OpenHost } from './host.js';

/** The settings as of those hosts alone that take part. */
export function forHosts<T extends Pick<Settings, 'driver' | 'hosts'>>(settings: T, hosts: readonly OpenHost[]): T {
  if (settings.driver !== 'ssh') return settings;
  const names = new Set(hosts.map(({ name }) => name));
  return settings.hosts.every(({ name }) => names.has(name)) ? settings : { ...settings, hosts: settings.hosts.filter(({ name }) => names.has(name)) };
}

/** What was sealed, for those of its hosts that take part. The only host of a release is that one, whatever the config calls it now. */
export function onHosts(desired: Desired, hosts: readonly OpenHost[]): Desired {
  const names = new Set(hosts.map(({ name }) => name));
  const left = desired.hosts.filter(({ name }) => names.has(name));
  return left.length === 0 || left.length === desired.hosts.length ? desired : { ...desired, hosts: left };
}
