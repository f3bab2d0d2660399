import type { Desired, DesiredService, Json } from '../compose/model.js';
import { ruleKey } from '../routes/table.js';
import type { ServiceChange } from './changes.js';
import type { HostView } from './view.js';

/**
 * What the release will really be: the wanted services, but those that are held or were left out by a filter as they run now, so that
 * history stays true and a later rollback does not deploy what never was.
 */
export function releaseModel(desired: Desired, changes: readonly ServiceChange[], hosts: readonly HostView[]): Desired {
  const kept = changes.flatMap((change) => keptAs(change) ?? []);
  const keptNames = new Set(kept.map((service) => service.name));
  const changed = new Map(changes.map((change) => [change.name, change]));
  const services = [...desired.services.filter((service) => !keptNames.has(service.name) && !leftOut(changed.get(service.name))), ...kept].sort(byName);
  if (kept.length === 0 && services.length === desired.services.length) return desired;
  const names = new Set(services.map((service) => service.name));
  const serving = hosts.map((host) => host.serving).filter((model) => model !== undefined);
  return {
    ...desired,
    services: services.map((service) => ({ ...service, dependsOn: service.dependsOn.filter((dependency) => names.has(dependency.service)) })),
    routes: routesOf(desired, changed, serving, names),
    networks: withNeeded(desired.networks, serving.map((m) => m.networks), kept, (s) => keysOf(s.definition['networks'])),
    volumes: withNeeded(desired.volumes, serving.map((m) => m.volumes), kept, volumeKeys),
    configs: withNeeded(desired.configs, serving.map((m) => m.configs), kept, (s) => sourcesOf(s.definition['configs'])),
    secrets: withNeeded(desired.secrets, serving.map((m) => m.secrets), kept, (s) => sourcesOf(s.definition['secrets'])),
  };
}

/** The definition that runs, where the plan leaves the service as it is. */
function keptAs({ wanted, serving, selected, hosts }: ServiceChange): DesiredService | undefined {
  if (!serving) return undefined;
  if (!selected) return serving;
  const stays = hosts.some((host) => host.change === 'held' || ((host.change === 'resume' || host.change === 'unknown') && serving.kind === 'data' && host.differs.length > 0));
  if (!stays) return undefined;
  return wanted ? { ...serving, location: wanted.location, routed: wanted.routed } : serving;
}

/** Not selected and never deployed: the release has it not. */
function leftOut(change: ServiceChange | undefined): boolean {
  return change !== undefined && !change.selected && change.serving === undefined;
}

/** Rules of services that were left out stay as they serve, unless a chosen one takes them. */
function routesOf(desired: Desired, changes: ReadonlyMap<string, ServiceChange>, serving: readonly Desired[], names: ReadonlySet<string>): Desired['routes'] {
  const chosen = desired.routes.filter((route) => (changes.get(route.service)?.selected ?? true) && names.has(route.service));
  const taken = new Set(chosen.map(ruleKey));
  const others = serving.flatMap((model) => model.routes).filter((route) => changes.get(route.service)?.selected === false && names.has(route.service) && !taken.has(ruleKey(route)));
  return [...new Map([...chosen, ...others].map((route) => [ruleKey(route), route])).values()];
}

function withNeeded(wanted: Readonly<Record<string, Json>>, serving: readonly Readonly<Record<string, Json>>[], kept: readonly DesiredService[], needs: (service: DesiredService) => readonly string[]): Readonly<Record<string, Json>> {
  const needed = new Set(kept.flatMap(needs));
  const missing = serving.flatMap((known) => Object.entries(known)).filter(([name]) => needed.has(name) && !(name in wanted));
  if (missing.length === 0) return wanted;
  return Object.fromEntries([...Object.entries(wanted), ...missing].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function keysOf(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string');
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function sourcesOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.flatMap((item: Json) => (typeof item === 'string' ? [item] : field(item, 'source'))) : [];
}

/** Names of the top-level volumes that a service mounts. */
export function volumeKeys(service: DesiredService): readonly string[] {
  const mounts = service.definition['volumes'];
  return Array.isArray(mounts) ? mounts.flatMap((mount: Json) => (field(mount, 'type')[0] === 'volume' ? field(mount, 'source') : [])) : [];
}

function field(value: Json, name: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const found = (value as { readonly [key: string]: Json })[name];
  return typeof found === 'string' ? [found] : [];
}

function byName(a: DesiredService, b: DesiredService): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
