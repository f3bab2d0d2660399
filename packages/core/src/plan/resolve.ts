import type { Desired, DesiredService } from '../compose/model.js';
import type { HostView } from './view.js';

/**
 * Images by id as far as the hosts tell. A third-party image keeps the id that the serving release recorded while its reference stays; a new
 * reference is what the hosts have under it. Built ones are known by their build alone.
 */
export function resolveImages(desired: Desired, hosts: readonly HostView[]): Desired {
  return { ...desired, services: desired.services.map((service) => resolveImage(service, hosts)) };
}

function resolveImage(service: DesiredService, hosts: readonly HostView[]): DesiredService {
  if (service.build || service.image.id !== undefined || service.kind === 'external') return service;
  const recorded = hosts.map((host) => host.serving?.services.find((s) => s.name === service.name)?.image).find((image) => image?.reference === service.image.reference && image.id !== undefined);
  const id = recorded?.id ?? hosts.map((host) => host.images[service.image.reference]).find((known) => known !== undefined);
  return id === undefined ? service : { ...service, image: { ...service.image, id } };
}
