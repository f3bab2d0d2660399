import { posix } from 'node:path';
import { members } from '../compose/canonical.js';
import { isRecord } from '../compose/canonical-values.js';
import type { ComposeService } from '../compose/model.js';
import type { Location } from '../plugin-api/location.js';
import type { Dockerfile, Facts } from './facts.js';
import { knownImage, type KnownImage } from './known-images.js';
import { publishedPorts, takenPorts, type PublishedPort } from './ports.js';

/** What a config for the project is to say. */
export interface Proposal {
  readonly name: string;
  readonly nameFrom: string;
  readonly compose: readonly string[];
  /** Sorted by name; those of profiles too. */
  readonly services: readonly ProposedService[];
  /** The one that answers for every host name first. */
  readonly routes: readonly ProposedRoute[];
  /** Port for the proxy that nothing else takes. */
  readonly listen: number;
}

export interface ProposedService {
  readonly name: string;
  readonly location: Location;
  readonly image?: string;
  readonly known?: KnownImage;
  readonly build?: { readonly context: string; readonly dockerfile?: string; readonly found?: Dockerfile };
  readonly ports: readonly PublishedPort[];
  readonly volumes: readonly string[];
  readonly profiles: readonly string[];
  readonly job: boolean;
  readonly singleton: boolean;
  readonly healthcheck: 'compose' | 'image' | 'none' | 'unknown';
  /** Its name cannot stand in the config. */
  readonly unusable: boolean;
}

export interface ProposedRoute {
  readonly host?: string;
  readonly service: string;
  readonly port: number;
  readonly from: PublishedPort;
}

const identifier = /^[a-z0-9][a-z0-9_.-]{0,62}$/;

/** Decides on values for a config. Pure: the same facts give the same proposal. */
export function propose(facts: Facts, name: string, nameFrom: string): Proposal {
  const all = Object.values(facts.model.services);
  const jobs = new Set(all.flatMap((service) => service.dependsOn.filter((one) => one.condition === 'service_completed_successfully').map((one) => one.service)));
  const services = all.map((service) => proposedService(facts, service, jobs.has(service.name))).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { name, nameFrom, compose: facts.compose, services, routes: routesOf(facts, services), listen: freePort(takenPorts(facts.model)) };
}

function proposedService(facts: Facts, service: ComposeService, job: boolean): ProposedService {
  const { name, definition, image, build } = service;
  const known = build === undefined ? knownImage(image) : undefined;
  const path = build === undefined ? '' : posix.normalize(posix.join(build.context, build.dockerfile ?? 'Dockerfile'));
  const found = build === undefined ? undefined : facts.dockerfiles.find((file) => file.path === path);
  return {
    name,
    location: facts.model.locate(['services', name]),
    ...(image === undefined ? {} : { image }),
    ...(known === undefined ? {} : { known }),
    ...(build === undefined ? {} : { build: { context: build.context, ...(build.dockerfile === undefined ? {} : { dockerfile: build.dockerfile }), ...(found === undefined ? {} : { found }) } }),
    ports: publishedPorts(facts.model, service),
    volumes: members(definition.volumes).filter((mount) => mount.type === 'volume' && mount.read_only !== true && typeof mount.source === 'string').map((mount) => String(mount.source)).sort(),
    profiles: service.profiles,
    job,
    // Two of these would do everything twice.
    singleton: !job && known === undefined && /(?:^|[-_.])(?:beat|cron|crond|scheduler|schedule|clock)(?:$|[-_.])/.test(name),
    healthcheck: healthOf(service, found),
    unusable: !identifier.test(name),
  };
}

function healthOf({ definition, build }: ComposeService, found: Dockerfile | undefined): ProposedService['healthcheck'] {
  const { healthcheck } = definition;
  if (isRecord(healthcheck) && healthcheck.disable === true) return 'none';
  if (isRecord(healthcheck) && healthcheck.test !== undefined) return 'compose';
  if (found?.healthcheck === true) return 'image';
  return build === undefined || found === undefined ? 'unknown' : 'none';
}

/** One route for each service that publishes a port for browsers. The first is the site itself; the others get names of their own. */
function routesOf(facts: Facts, services: readonly ProposedService[]): readonly ProposedRoute[] {
  const candidates = services
    .filter((service) => !service.unusable && !service.job && service.profiles.length === 0 && facts.model.services[service.name]?.definition.network_mode === undefined)
    .flatMap((service) => service.ports.filter((port) => port.http).slice(0, 1).map((port) => ({ service, port })))
    .sort((a, b) => weight(a) - weight(b) || (a.service.name < b.service.name ? -1 : 1));
  const hosts = new Set<string>();
  return candidates.map(({ service, port }, index) => {
    const host = `${service.name.replace(/[^a-z0-9]+/g, '-').replace(/-$/, '')}.localhost`;
    const free = hosts.has(host) ? `${index}.${host}` : host;
    hosts.add(free);
    return { ...(index === 0 ? {} : { host: free }), service: service.name, port: port.target, from: port };
  });
}

/** Small for what people mean by "the site". */
function weight({ service, port }: { readonly service: ProposedService; readonly port: PublishedPort }): number {
  if (service.known?.is === 'tool') return 100;
  const named = /^(?:web|www|site|frontend|front|ui|client|nginx|caddy|gateway)$/.test(service.name) ? 0 : /^(?:app|server)$/.test(service.name) ? 10 : 20;
  const door = ['80', '443'].includes(port.published ?? '') ? -15 : 0;
  return named + door;
}

function freePort(taken: ReadonlySet<number>): number {
  let port = 8080;
  while (taken.has(port)) port += 1;
  return port;
}
