import type { Desired, DesiredService, Json } from '../compose/model.js';

/** What only one container at a time can have: `name:web`, `port:8080/tcp`, `volume:shop-prod_data` (to write to). */
export function claimsOf(desired: Pick<Desired, 'composeProject' | 'volumes'>, service: DesiredService): readonly string[] {
  const { container_name: name, ports, volumes } = service.definition;
  return [
    ...(typeof name === 'string' ? [`name:${name}`] : []),
    ...records(ports).flatMap((port) => (typeof port['published'] === 'string' && /^\d+$/.test(port['published']) ? [`port:${port['published']}/${typeof port['protocol'] === 'string' ? port['protocol'] : 'tcp'}`] : [])),
    ...records(volumes).flatMap((mount) => (mount['type'] === 'volume' && typeof mount['source'] === 'string' && mount['read_only'] !== true ? [`volume:${volumeName(desired, mount['source'])}`] : [])),
  ];
}

/** A top-level volume as the engine names it. */
export function volumeName(desired: Pick<Desired, 'composeProject' | 'volumes'>, key: string): string {
  const volume = desired.volumes[key];
  const name = typeof volume === 'object' && volume !== null && !Array.isArray(volume) ? (volume as { readonly name?: Json }).name : undefined;
  return typeof name === 'string' ? name : `${desired.composeProject}_${key}`;
}

function records(value: Json | undefined): readonly Readonly<Record<string, Json>>[] {
  return Array.isArray(value) ? value.filter((item): item is Readonly<Record<string, Json>> => typeof item === 'object' && item !== null && !Array.isArray(item)) : [];
}
