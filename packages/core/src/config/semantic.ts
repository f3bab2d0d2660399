import { unknownProvider } from '../providers/unknown.js';
import type { ProviderKind } from '../plugin-api/descriptor.js';
import type { ProviderEntry } from '../providers/types.js';
import { mentionedNames } from '../environment/interpolate.js';
import { defaults } from './defaults.js';
import { nearest } from './nearest.js';
import { isMap, type Path, pathText } from './path.js';
import { isOpen } from './open.js';
import type { Problem } from './validate.js';

type Data = Readonly<Record<string, unknown>>;

/**
 * What a schema cannot say: routes that collide, roles that no host has, providers that nobody brings. The data may break the
 * schema; what has a wrong shape, or a variable in it, is passed over here.
 */
export function semanticProblems(data: Data, providers: readonly ProviderEntry[] | undefined): readonly Problem[] {
  const environments = Object.entries(mapOf(data['environments']));
  return [
    ...bothBackends(data),
    ...collidingRoutes(data['routes'], ['routes']),
    ...builtTwice(data['backends']),
    ...samePort(data['proxy'], ['proxy']),
    ...environments.flatMap(([name, section]) => samePort(mapOf(section)['proxy'], ['environments', name, 'proxy'])),
    ...environments.flatMap(([name, section]) => collidingRoutes(mapOf(section)['routes'], ['environments', name, 'routes'])),
    ...environments.flatMap(([name, section]) => hostProblems(name, mapOf(section), data)),
    ...once(environments.flatMap(([name, section]) => [...secretsInClear(name, data), ...unknownSecrets(name, mapOf(section), data)])),
    ...(providers === undefined ? [] : providerProblems(data, providers)),
  ];
}

function bothBackends(data: Data): readonly Problem[] {
  return data['backend'] !== undefined && data['backends'] !== undefined ? [problem('SC1040', ['backends'], '`backend` and `backends` both stand here; one file has one or the other', ['move `backend` into `backends`, under a name'])] : [];
}

function builtTwice(backends: unknown): readonly Problem[] {
  const seen = new Map<unknown, string>();
  return Object.entries(mapOf(backends)).flatMap(([name, section]) =>
    listOf(mapOf(section)['services']).flatMap((service, index) => {
      const before = seen.get(service);
      seen.set(service, before ?? name);
      return before === undefined || before === name || isOpen(service) ? [] : [problem('SC1046', ['backends', name, 'services', index], `\`${String(service)}\` is built by the backend \`${before}\` already`, ['name it in one of the two'], 'value')];
    }),
  );
}

function samePort(proxy: unknown, path: Path): readonly Problem[] {
  const { http, https } = mapOf(mapOf(proxy)['listen']);
  return typeof http !== 'number' || http !== https ? [] : [problem('SC1047', [...path, 'listen', 'https'], `the proxy cannot listen on port ${http} for both HTTP and HTTPS`, ['give one of them another port'], 'value')];
}

function collidingRoutes(routes: unknown, path: Path): readonly Problem[] {
  const seen = new Map<string, number>();
  return listOf(routes).flatMap((route, index) => {
    const { host, path: prefix } = mapOf(route);
    if (isOpen(host) || isOpen(prefix) || !textOrNone(host) || !textOrNone(prefix)) return [];
    const address = `${(host ?? '*').toLowerCase()}${(prefix ?? '/').replace(/(?<=.)\/+$/, '')}`;
    const before = seen.get(address);
    seen.set(address, before ?? index);
    return before === undefined ? [] : [problem('SC1041', [...path, index], `\`${pathText([...path, index])}\` routes ${address}, as \`${pathText([...path, before])}\` does already`, ['give one of them another host or path'])];
  });
}

function hostProblems(environment: string, section: Data, data: Data): readonly Problem[] {
  const at: Path = ['environments', environment];
  const { driver, hosts } = section;
  if (driver === 'local' && hosts !== undefined) {
    return [problem('SC1042', [...at, 'hosts'], `\`${pathText(at)}\` has the driver \`local\`, which means this machine, and hosts`, ['remove `hosts`, or write `driver: ssh`'])];
  }
  if (driver === 'ssh' && hosts === undefined) {
    return [problem('SC1042', [...at, 'driver'], `\`${pathText(at)}\` has the driver \`ssh\` and no hosts`, [`add \`hosts: [deploy@203.0.113.10]\` below \`${pathText(at)}\``])];
  }
  if (Array.isArray(hosts)) return repeatedHosts(hosts, [...at, 'hosts']);
  return isMap(hosts) ? missingRoles(environment, hosts, mergedServices(environment, section, data)) : [];
}

function repeatedHosts(hosts: readonly unknown[], path: Path): readonly Problem[] {
  const seen = new Map<string, number>();
  return hosts.flatMap((host, index) => {
    if (typeof host !== 'string' || isOpen(host)) return [];
    const address = host.replace(/^[^@]*@/, '').toLowerCase();
    const before = seen.get(address);
    seen.set(address, before ?? index);
    // Word for word the same entry is the schema's to tell.
    return before === undefined || hosts[before] === host ? [] : [problem('SC1043', [...path, index], `\`${pathText([...path, index])}\` is the host ${address} a second time`, ['keep one of them'])];
  });
}

function missingRoles(environment: string, hosts: Data, services: readonly { readonly name: string; readonly role: string; readonly path: Path }[]): readonly Problem[] {
  const entries = Object.values(hosts).map(mapOf);
  if (entries.length === 1 && entries[0]?.['roles'] === undefined) return [];
  const roles = [...new Set(['app', ...entries.flatMap((host) => listOf(host['roles'])).filter((role) => typeof role === 'string')])].sort();
  if (roles.some(isOpen)) return [];
  return services
    .filter(({ role }) => !isOpen(role) && !roles.includes(role))
    .map(({ role, path }) => {
      const meant = nearest(role, roles);
      return problem('SC1044', path, `no host of \`${environment}\` has the role \`${role}\`${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`, [`add it to a host's \`roles\`; hosts here have: ${roles.join(', ')}`], 'value');
    });
}

function mergedServices(environment: string, section: Data, data: Data): readonly { readonly name: string; readonly role: string; readonly path: Path }[] {
  const top = mapOf(data['services']);
  const over = mapOf(section['services']);
  return [...new Set([...Object.keys(top), ...Object.keys(over)])].sort().flatMap((name) => {
    const own = mapOf(over[name])['role'];
    const role = own ?? mapOf(top[name])['role'];
    return typeof role === 'string' ? [{ name, role, path: own === undefined ? ['services', name, 'role'] : ['environments', environment, 'services', name, 'role'] }] : [];
  });
}

/** A name that a service asks for and `secrets.names` does not have. */
function unknownSecrets(environment: string, section: Data, data: Data): readonly Problem[] {
  const [top, over] = [mapOf(data['services']), mapOf(section['services'])];
  const known = secretNames(section, data);
  return [...new Set([...Object.keys(top), ...Object.keys(over)])].sort().flatMap((service) => {
    const own = mapOf(over[service])['secrets'];
    const path: Path = own === undefined ? ['services', service, 'secrets'] : ['environments', environment, 'services', service, 'secrets'];
    return listOf(own ?? mapOf(top[service])['secrets']).flatMap((name, index) => {
      if (typeof name !== 'string' || isOpen(name) || known.some(isOpen) || known.includes(name)) return [];
      const meant = nearest(name, known);
      return [problem('SC1046', [...path, index], `\`${pathText([...path, index])}\` is ${name}, which \`secrets.names\` does not have${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`, [`add ${name} to \`secrets.names\``], 'value')];
    });
  });
}

/** A secret among the settings: they are shown, planned and recorded. */
function secretsInClear(environment: string, data: Data): readonly Problem[] {
  const section = mapOf(mapOf(data['environments'])[environment]);
  const names = secretNames(section, data).filter((name) => !isOpen(name));
  const rest = Object.entries(data).filter(([key]) => key !== 'environments');
  return names.length === 0 ? [] : [...textsIn(Object.fromEntries(rest), []), ...textsIn(section, ['environments', environment])].flatMap(({ path, text }) =>
    mentionedNames(text).filter((name) => names.includes(name)).map((name) => problem('SC1047', path, `\`${pathText(path)}\` would hold the secret ${name}, and settings are shown and recorded`, [`use \`\${${name}}\` under \`environment\` of a Compose service instead`], 'value')),
  );
}

function secretNames(section: Data, data: Data): readonly string[] {
  return listOf(mapOf(section['secrets'])['names'] ?? mapOf(data['secrets'])['names']).filter((name) => typeof name === 'string');
}

function* textsIn(value: unknown, path: Path): Iterable<{ readonly path: Path; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  else for (const [key, item] of Object.entries(mapOf(value))) if (!key.startsWith('x-')) yield* textsIn(item, [...path, key]);
}

function once(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()];
}

function providerProblems(data: Data, providers: readonly ProviderEntry[]): readonly Problem[] {
  const chosen: { readonly kind: ProviderKind; readonly id: unknown; readonly path: Path }[] = [];
  const choose = (kind: ProviderKind, section: unknown, path: Path, fallback?: string): void => {
    const id = mapOf(section)['provider'];
    if (id !== undefined) chosen.push({ kind, id, path: [...path, 'provider'] });
    else if (fallback !== undefined && section !== undefined) chosen.push({ kind, id: fallback, path });
  };
  choose('backend', data['backend'], ['backend'], defaults.backendProvider);
  for (const [name, section] of Object.entries(mapOf(data['backends']))) choose('backend', section, ['backends', name], defaults.backendProvider);
  choose('proxy', data['proxy'], ['proxy']);
  choose('secrets', data['secrets'], ['secrets']);
  for (const [name, section] of Object.entries(mapOf(data['environments']))) choose('secrets', mapOf(section)['secrets'], ['environments', name, 'secrets']);
  for (const [name, section] of Object.entries(mapOf(data['environments']))) choose('proxy', mapOf(section)['proxy'], ['environments', name, 'proxy']);

  return chosen.flatMap(({ kind, id, path }) => {
    if (typeof id !== 'string' || isOpen(id) || providers.some((entry) => entry.kind === kind && entry.id === id)) return [];
    const { message, next } = unknownProvider(kind, id, providers);
    return [problem('SC1201', path, `\`${pathText(path)}\`: ${message}`, next, 'value')];
  });
}

function problem(code: string, path: Path, message: string, next: readonly string[], part: 'key' | 'value' = 'key'): Problem {
  return { path, part, keyword: 'semantic', code, message, next };
}

function mapOf(value: unknown): Data {
  return isMap(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOrNone(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
