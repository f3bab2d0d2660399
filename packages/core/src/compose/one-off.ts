import { fail } from '../errors/index.js';
import { compare } from './canonical-json.js';
import { isRecord } from './canonical-values.js';
import { members } from './canonical.js';
import { composeText, renderedMounts } from './render.js';
import type { Desired, DesiredService, Json } from './model.js';

export interface OneOffInput {
  /** The environment as it is: its networks and volumes are used, not made. */
  readonly desired: Pick<Desired, 'project' | 'environment' | 'composeProject' | 'networks' | 'volumes'>;
  readonly service: DesiredService;
  /** Environment of the service. Secret. */
  readonly values: Readonly<Record<string, string>>;
  /** Name of the container, and of its Compose project. */
  readonly name: string;
  readonly labels: { readonly release: string; readonly dir: string };
}

/** What a container may have once, or what belongs to serving: a one-off has none of it. */
const notForOneOffs = new Set(['container_name', 'depends_on', 'healthcheck', 'ports', 'restart', 'scale', 'stop_signal']);
/** What would let it answer to the service's names and addresses. */
const ofServing = new Set(['aliases', 'ipv4_address', 'ipv6_address', 'link_local_ips', 'mac_address']);

/**
 * The Compose file of a one-off container of a service: same image, values, mounts and networks, in a Compose project of its own. So whatever looks for the
 * environment's containers (a deploy, a rollback, `status`) does not find it. It holds secrets: 0600, and gone as soon as it was read.
 * @throws StagecraftError `user` for a service that lives in another one's namespaces.
 */
export function renderOneOff({ desired, service, values, name, labels }: OneOffInput): string {
  const { definition } = service;
  refuseShared(service);
  const kept = Object.entries(definition).filter(([key]) => !notForOneOffs.has(key) && key !== 'networks');
  const networks = networksOf(definition);
  const volumes = [...new Set(members(definition.volumes).flatMap((mount) => (mount.type === 'volume' && typeof mount.source === 'string' ? [mount.source] : [])))].sort(compare);
  const environment = Object.entries(values).sort(([a], [b]) => compare(a, b));
  return `# Written by Stagecraft. It holds secrets.\n${composeText({
    name,
    services: {
      [service.name]: {
        ...Object.fromEntries(kept),
        ...renderedMounts(definition),
        ...(networks === undefined ? {} : { networks: Object.fromEntries(networks) }),
        ...(environment.length === 0 ? {} : { environment: Object.fromEntries(environment) }),
        image: service.image.id ?? service.image.reference,
        pull_policy: 'never',
        healthcheck: { disable: true },
        labels: {
          ...(isRecord(definition.labels) ? definition.labels : {}),
          'stagecraft.dir': labels.dir,
          'stagecraft.env': desired.environment,
          'stagecraft.project': desired.project,
          'stagecraft.release': labels.release,
          'stagecraft.run': name,
          'stagecraft.service': service.name,
        },
      },
    },
    ...(networks === undefined || networks.length === 0 ? {} : { networks: Object.fromEntries(networks.map(([key]) => [key, there(desired, desired.networks[key], key)])) }),
    ...(volumes.length === 0 ? {} : { volumes: Object.fromEntries(volumes.map((key) => [key, there(desired, desired.volumes[key], key)])) }),
  })}`;
}

/** Its networks without what is the service's own; undefined where `network_mode` says it all. */
function networksOf(definition: DesiredService['definition']): readonly (readonly [string, Json])[] | undefined {
  if (definition.network_mode !== undefined) return undefined;
  if (!isRecord(definition.networks)) return [['default', {}]];
  return Object.entries(definition.networks).map(([key, section]) => [key, isRecord(section) ? Object.fromEntries(Object.entries(section).filter(([part]) => !ofServing.has(part))) : {}] as const);
}

/** A network or volume that the environment has: Compose names it by project and key, where it has no name of its own. */
function there(desired: OneOffInput['desired'], section: Json | undefined, key: string): Json {
  const name = isRecord(section) && typeof section.name === 'string' ? section.name : isRecord(section) && section.external === true ? key : `${desired.composeProject}_${key}`;
  return { external: true, name };
}

function refuseShared({ name, definition, location }: DesiredService): void {
  const key = ['network_mode', 'ipc', 'pid'].find((one) => /^(service|container):/.test(String(definition[one] ?? ''))) ?? (definition.volumes_from === undefined ? undefined : 'volumes_from');
  if (key === undefined) return;
  throw fail({ code: 'SC5051', kind: 'user', message: `${name} has \`${key}\` of another container: a one-off of it cannot be run beside it.`, next: [`stagecraft exec ${name} -- COMMAND`], location });
}
