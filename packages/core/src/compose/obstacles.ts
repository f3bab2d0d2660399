import type { ServiceSettings } from '../config/types.js';
import type { Location } from '../plugin-api/location.js';
import { compare } from './canonical-json.js';
import { members } from './canonical.js';
import { isRecord } from './canonical-values.js';
import type { Classified } from './classify.js';
import type { ComposeModel, ComposeService, Obstacle } from './model.js';
import { placeOfMount, placeOfPort } from './places.js';

export interface ObstacleInput {
  readonly model: ComposeModel;
  readonly service: ComposeService;
  readonly settings: ServiceSettings;
  readonly classified: Classified;
  readonly healthcheck: boolean;
  readonly routed: boolean;
}

/** Why a service cannot be replaced without a gap, and what limits the promise where it can; each with the user's line. */
export function obstaclesOf({ model, service, settings, classified, healthcheck, routed }: ObstacleInput): readonly Obstacle[] {
  const { name, definition } = service;
  const at = (...path: (string | number)[]): Location => model.locate(['services', name, ...path]);
  const found: Obstacle[] = [];
  const add = (kind: Obstacle['kind'], reason: string, location: Location, blocks = true): void => void found.push({ kind, reason, location, blocks });

  if (classified.kind === 'job') add('job', 'runs once a release', at());
  if (classified.kind === 'data') add('data', 'holds data: it is created and started, never replaced', settings.data === true || classified.writable[0] === undefined ? settings.location : placeOfMount(model, name, classified.writable[0]));
  for (const port of members(definition.ports)) {
    // Of a range the engine takes the next free one.
    if (typeof port.published === 'string' && !port.published.includes('-')) add('host_port', `publishes port ${port.published} of the host`, placeOfPort(model, name, port.published));
  }
  if (typeof definition.container_name === 'string') add('container_name', `has the fixed container name ${definition.container_name}`, at('container_name'));
  if (classified.kind === 'service') for (const target of classified.writable) add('writable_volume', `writes to a volume at ${target}`, placeOfMount(model, name, target));
  if (definition.network_mode === 'host') add('host_network', 'uses the network of the host', at('network_mode'));
  for (const [network, section] of Object.entries(isRecord(definition.networks) ? definition.networks : {})) {
    for (const key of ['ipv4_address', 'ipv6_address', 'mac_address']) {
      if (isRecord(section) && section[key] !== undefined) add('static_address', `has the fixed address ${String(section[key])} in the network ${network}`, at('networks', network, key));
    }
  }
  if (definition.mac_address !== undefined) add('static_address', `has the fixed address ${String(definition.mac_address)}`, at('mac_address'));
  if (settings.singleton) add('singleton', '`singleton: true`: never two at once', settings.location);
  if (settings.strategy === 'recreate') add('asked', '`strategy: recreate` is asked for', settings.location);
  if (classified.kind === 'service') {
    if (!healthcheck) add('no_healthcheck', 'has no healthcheck: it counts as healthy when it runs and listens', at(), false);
    if (!routed) add('not_routed', 'no route leads to it', at(), false);
  }
  return found.sort((a, b) => compare(a.kind, b.kind) || compare(a.reason, b.reason));
}
