import type { Desired, DesiredService } from '../compose/model.js';
import type { HostView } from './view.js';

/**
 * Images by id as far as the hosts tell. A third-party image keeps the id that the serving release recorded while its reference stays; a new
 * reference is what the hosts have under it. Built ones are known by their build alone.
 */
export function resolveImages(desired: Desired, hosts: readonly HostView[]): Desired {
  const recorded = new Map(hosts.flatMap((host) => (host.serving?.services ?? []).flatMap(({ name, image }) => (image.id === undefined ? [] : [[`${name} ${image.reference}`, image.id] as const]))));
  return { ...desired, services: desired.services.map((service) => resolveImage(service, recorded, hosts)) };
}

function resolveImage(service: DesiredService, recorded: ReadonlyMap<string, string>, hosts: readonly HostView[]): DesiredService {
  if (service.build || service.image.id !== undefined || service.kind === 'external') return service;
  const { reference } = service.image;
  const id = recorded.get(`${service.name} ${reference}`) ?? hosts.map((host) => host.images[reference]).find((known) => known !== undefined);
  return id === undefined ? service : { ...service, image: { ...service.image, id } };
}
