import type { HostSettings, Settings } from '../config/types.js';
import type { Finding } from '../plugin-api/failure.js';
import { compare } from './canonical-json.js';
import { isRecord } from './canonical-values.js';
import { members } from './canonical.js';
import { isAddress } from './flaws.js';
import type { ComposeModel, DesiredService, Json } from './model.js';

export interface AcrossHosts {
  readonly services: readonly DesiredService[];
  readonly findings: readonly Finding[];
}

type Around = Pick<Settings, 'environment' | 'hosts'> & { readonly model: ComposeModel };

/**
 * Brings services together that Compose would have on one network and that run on several hosts: a data service publishes its ports on its host's private
 * address, and who shares a network with it elsewhere gets its name in `extra_hosts`. Only what the Compose files say counts, never an image: the same files
 * must give the same definition before and after a host has pulled it.
 */
export function acrossHosts(services: readonly DesiredService[], around: Around): AcrossHosts {
  if (around.hosts.length < 2) return { services, findings: [] };
  const findings: Finding[] = [];
  const published = new Map<string, readonly Json[]>();
  const named = new Map<string, string[]>();
  for (const to of services.filter((service) => service.kind === 'service' || service.kind === 'data')) {
    const link = linkTo(to, services, around);
    findings.push(...link.findings);
    if (link.address === undefined) continue;
    published.set(to.name, link.ports.map(({ port, protocol }) => ({ host_ip: link.address as string, protocol, published: String(port), target: port })));
    for (const from of link.from) named.set(from.name, [...(named.get(from.name) ?? []), `${to.name}:${link.address}`]);
  }
  const linked = services.map((service) => withEntries(withEntries(service, 'ports', published.get(service.name) ?? []), 'extra_hosts', named.get(service.name) ?? []));
  return { services: linked, findings: [...findings, ...portFindings(linked, published, around)] };
}

interface Link {
  /** Absent: nothing is to be done, or nothing can be. */
  readonly address?: string;
  /** What is to be published beside what is. */
  readonly ports: readonly Port[];
  readonly from: readonly DesiredService[];
  readonly findings: readonly Finding[];
}

function linkTo(to: DesiredService, services: readonly DesiredService[], around: Around): Link {
  const homes = homesOf(to, around.hosts);
  const needs = (from: DesiredService): boolean => from.dependsOn.some((one) => one.service === to.name && one.condition !== 'service_completed_successfully');
  const apart = (from: DesiredService): boolean => homesOf(from, around.hosts).some((host) => !homes.includes(host));
  const all = services.filter((from) => from !== to && from.kind !== 'external' && apart(from) && (needs(from) || shareNetwork(from, to)) && !namesItself(from, to.name));
  const needing = all.find(needs);
  const none = (findings: readonly Finding[] = []): Link => ({ ports: [], from: [], findings });
  const [home] = homes;
  // More homes than one are an error of the planner for data, and none is one for any service.
  if (all.length === 0 || home === undefined || (to.kind === 'data' && homes.length > 1)) return none();
  const from = needing ?? (all[0] as DesiredService);
  const elsewhere = homesOf(from, around.hosts).find((host) => !homes.includes(host)) as HostSettings;
  // Compose's default network joins all: who does not say that it needs the other may well not.
  const severity = needing === undefined ? 'warning' : 'error';
  const tell = (code: string, message: string, next: readonly string[], location: Finding['location'] & object): Link => none([{ severity, code, message, next, location, service: to.name }]);

  if (to.kind !== 'data') {
    if (needing === undefined) return none();
    return tell('SC1432', `${from.name} needs ${to.name}, which does not run on ${elsewhere.name}: this version leads to data services of other hosts only`, [`give both one role: services.${from.name}.role and services.${to.name}.role`, `or, where one container of ${to.name} is enough and a release may leave it alone: \`services: { ${to.name}: { data: true } }\``], to.location);
  }
  const path = ['services', to.name];
  const closed = [from, to].find((service) => onlyInternal(service, around.model));
  if (closed !== undefined) return tell('SC1433', `${from.name} on ${elsewhere.name} cannot reach ${to.name} on ${home.name}: ${closed.name} is on networks with \`internal: true\` only, which end at their host`, [`put ${closed.name} on another network as well: \`networks: [default, ...]\``], around.model.locate(['services', closed.name, 'networks']));
  const ports = portsOf(to);
  if (ports.length === 0) return tell('SC1434', `${from.name} on ${elsewhere.name} needs to know at which port it reaches ${to.name} on ${home.name}`, [`name it in the Compose file: \`${to.name}: { expose: ["5432"] }\``], around.model.locate(path));
  const address = home.privateAddress;
  if (address === undefined || !isAddress(address))
    return tell('SC1435', `${from.name} on ${elsewhere.name} reaches ${to.name} on ${home.name} by that host's private address, which ${address === undefined ? 'is not known' : `must be an IP address, and is ${address}`}`, [`give it: environments.${around.environment}.hosts.${home.name}.private_address: 10.0.0.20`], home.location);
  return { address, ports: ports.filter((port) => !reachedAlready(to, port, address)), from: all, findings: [] };
}

interface Port {
  readonly port: number;
  readonly protocol: string;
}

/** Ports that the Compose file names, exposed or published. */
function portsOf({ definition }: DesiredService): readonly Port[] {
  const exposed = (Array.isArray(definition.expose) ? definition.expose.map(String) : []).flatMap((text): Port[] => {
    const [, first, last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text) ?? [];
    return first === undefined ? [] : Array.from({ length: Number(last) - Number(first) + 1 }, (_, offset) => ({ port: Number(first) + offset, protocol }));
  });
  const published = members(definition.ports).map((one): Port => ({ port: Number(one.target), protocol: String(one.protocol ?? 'tcp') }));
  return [...new Map([...exposed, ...published].map((port) => [`${port.port}/${port.protocol}`, port])).values()].sort((a, b) => a.port - b.port || compare(a.protocol, b.protocol));
}

/** The user publishes it under its own number, on all addresses or on this one. */
function reachedAlready({ definition }: DesiredService, { port, protocol }: Port, address: string): boolean {
  return members(definition.ports).some((one) => one.target === port && (one.protocol ?? 'tcp') === protocol && one.published === String(port) && listensOn(one, address));
}

function listensOn(port: Readonly<Record<string, Json>>, address: string): boolean {
  return port.host_ip === undefined || ['0.0.0.0', '::', address].includes(String(port.host_ip));
}

/** Two services of one host at one port of its private address. */
function portFindings(services: readonly DesiredService[], added: ReadonlyMap<string, readonly Json[]>, { hosts, model }: Around): readonly Finding[] {
  return [...added].flatMap(([name, ports]) => {
    const service = services.find((one) => one.name === name) as DesiredService;
    const [home] = homesOf(service, hosts) as [HostSettings];
    const neighbours = services.filter((other) => other !== service && other.kind !== 'external' && homesOf(other, hosts).includes(home) && !(added.has(other.name) && compare(other.name, name) > 0));
    return ports.filter(isRecord).flatMap((port) => {
      const other = neighbours.find(({ definition }) => members(definition.ports).some((one) => one.published === port.published && (one.protocol ?? 'tcp') === port.protocol && listensOn(one, String(port.host_ip))));
      if (other === undefined) return [];
      return [{ severity: 'error' as const, code: 'SC1436', message: `${name} is reached from other hosts at port ${String(port.published)} of ${home.name}, which ${other.name} publishes there`, next: [`give one of them a role of another host: services.${name}.role`], location: model.locate(['services', name, 'expose']), service: name }];
    });
  });
}

function homesOf(service: DesiredService, hosts: readonly HostSettings[]): readonly HostSettings[] {
  return hosts.filter(({ roles }) => service.role === 'app' || roles.length === 0 || roles.includes(service.role));
}

function shareNetwork(a: DesiredService, b: DesiredService): boolean {
  return networksOf(a).some((network) => networksOf(b).includes(network));
}

function networksOf({ definition }: DesiredService): readonly string[] {
  if (definition.network_mode !== undefined) return [];
  return isRecord(definition.networks) ? Object.keys(definition.networks) : ['default'];
}

function onlyInternal(service: DesiredService, model: ComposeModel): boolean {
  const networks = networksOf(service).map((key) => model.networks[key]);
  return networks.length > 0 && networks.every((network) => isRecord(network) && network.internal === true);
}

/** The user leads the name elsewhere. */
function namesItself({ definition }: DesiredService, name: string): boolean {
  return Array.isArray(definition.extra_hosts) && definition.extra_hosts.some((entry) => String(entry).startsWith(`${name}:`));
}

function withEntries(service: DesiredService, key: 'ports' | 'extra_hosts', entries: readonly Json[]): DesiredService {
  if (entries.length === 0) return service;
  const before = service.definition[key];
  const all = [...(Array.isArray(before) ? (before as readonly Json[]) : []), ...entries];
  return { ...service, definition: { ...service.definition, [key]: key === 'extra_hosts' ? all.map(String).sort(compare) : all } };
}
