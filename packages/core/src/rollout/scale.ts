import type { Desired, DesiredService } from '../compose/model.js';
import type { Location } from '../plugin-api/location.js';
import { blocking } from './verdict.js';

/** Why a service cannot have that many containers; undefined: it can. */
export function whyNotScaled(service: DesiredService, count: number): { readonly text: string; readonly location: Location } | undefined {
  const because = (text: string, location = service.location): { readonly text: string; readonly location: Location } => ({ text, location });
  if (service.kind === 'data') return because('it holds data, of which there must be one');
  if (service.kind === 'job') return because('it is a job: it runs once a release');
  if (service.kind === 'external') return because('it is not deployed here');
  if (count === 0 && service.routed) return because('a route leads to it, and nobody would answer');
  if (count < 2) return undefined;
  if (service.singleton) return because('it is a singleton: never two at once');
  const [obstacle] = blocking(service);
  return obstacle && because(obstacle.reason, obstacle.location);
}

/** The model with other numbers of containers, each beside the number that the config says. */
export function scaled(desired: Desired, counts: Readonly<Record<string, number>>): Desired {
  return { ...desired, services: desired.services.map((service) => (counts[service.name] === undefined ? service : withCount(service, counts[service.name] ?? 0))) };
}

/** What was scaled stays so, over deploys and rollbacks, until the config says another number than it said then. */
export function keepScaled(desired: Desired, serving: readonly DesiredService[]): Desired {
  const now = new Map(serving.map((service) => [service.name, service]));
  const services = desired.services.map((service) => {
    const configured = service.configured ?? service.replicas;
    const known = now.get(service.name);
    const stays = known?.configured === configured && whyNotScaled(service, known.replicas) === undefined;
    return withCount(service, stays ? known.replicas : configured);
  });
  return services.every((service, index) => service === desired.services[index]) ? desired : { ...desired, services };
}

function withCount(service: DesiredService, replicas: number): DesiredService {
  const { configured = service.replicas, ...rest } = service;
  if (service.replicas === replicas && (service.configured === undefined) === (replicas === configured)) return service;
  return replicas === configured ? { ...rest, replicas } : { ...rest, replicas, configured };
}
