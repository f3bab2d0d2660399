import type { Desired } from '../compose/model.js';
import type { Settings } from '../config/types.js';
import type { Identity, OpenHost } from './host.js';

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

/** What was sealed, for the hosts and roles of today: one that was not there then gets it as well. Without a config that names hosts they are those of then. */
export function forToday(desired: Desired, hosts: readonly OpenHost[], identity: Pick<Identity, 'driver' | 'hosts'>): Desired {
  const names = new Set(hosts.map(({ name }) => name));
  const today = identity.driver === 'ssh' ? identity.hosts.filter(({ name }) => names.has(name)).map(({ name, roles }) => ({ name, roles })) : [];
  return today.length === 0 ? onHosts(desired, hosts) : { ...desired, hosts: today.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
