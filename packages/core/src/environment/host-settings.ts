import { type Path, valueAt } from '../config/path.js';
import type { HostSettings, ServiceSettings } from '../config/types.js';
import type { Effective } from './effective.js';

/** The hosts of an environment, sorted by name; without any it is this machine. The only host has every role. */
export function hostsOf(effective: Effective, services: Readonly<Record<string, ServiceSettings>>): readonly HostSettings[] {
  const path: Path = ['environments', effective.environment, 'hosts'];
  const written = valueAt(effective.data, path);
  const everyRole = [...new Set(['app', ...Object.values(services).map(({ role }) => role ?? 'app')])].sort();
  if (written === undefined) return [{ name: 'local', roles: everyRole, location: effective.locate(path) }];

  const alone = Object.keys(written as object).length === 1;
  const hosts = Array.isArray(written)
    ? written.map((entry: string, index): HostSettings => {
        const [, user, address] = /^(?:([^@]*)@)?(.*)$/.exec(entry) as unknown as [string, string | undefined, string];
        const bare = address.replace(/^\[|\]$/g, '').toLowerCase();
        // A name is an identifier; of an IPv6 address only the colons are none.
        const name = bare.replaceAll(':', '-').replace(/^-+/, '') || 'host';
        return { name, address: bare, ...(user === undefined ? {} : { user }), roles: alone ? everyRole : ['app'], location: effective.locate([...path, index]) };
      })
    : Object.entries(written as Record<string, HostSection>).map(([name, section]): HostSettings => ({
        name,
        address: section.address,
        ...(section.private_address === undefined ? {} : { privateAddress: section.private_address }),
        ...(section.user === undefined ? {} : { user: section.user }),
        roles: section.roles === undefined ? (alone ? everyRole : ['app']) : [...new Set(['app', ...section.roles])].sort(),
        ...(section.host_key === undefined ? {} : { hostKey: section.host_key }),
        location: effective.locate([...path, name]),
      }));
  return hosts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface HostSection {
  readonly address: string;
  readonly private_address?: string;
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly host_key?: string;
}
