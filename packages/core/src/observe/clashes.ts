import { isRecord } from '../compose/canonical-values.js';
import type { Desired } from '../compose/model.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { ContainerState, Containers } from '../ports/containers.js';
import type { HostObservation } from './types.js';

/** Places in the user's files; absent, as in a rollback, that of the service is told. */
export interface Places {
  /** Of a path in the Compose files. */
  compose(path: readonly (string | number)[]): Location;
  port(service: string, published: string): Location;
  /** Of the environment's `compose_project`, or of what its default is made of. */
  readonly project: Location;
}

export interface ClashCheck {
  readonly host: { readonly name: string; readonly containers: Pick<Containers, 'inspect' | 'list' | 'networks' | 'volumes'> };
  readonly desired: Desired;
  readonly places?: Places;
}

const projectLabel = 'com.docker.compose.project';

/**
 * Things of the engine that this environment would share with another one without wanting to: its Compose project, and volumes, networks and
 * containers whose names the Compose files fix. What Compose calls `external` is meant to be shared.
 */
export async function clashes(check: ClashCheck, seen: HostObservation): Promise<readonly Finding[]> {
  const [volumes, networks, containers] = await Promise.all([named(check, 'volumes'), named(check, 'networks'), fixedContainers(check)]);
  return [...otherEnvironment(check, seen), ...volumes, ...networks, ...containers];
}

/** Two environments with one Compose project would take each other's containers for their own. */
function otherEnvironment({ host, desired, places }: ClashCheck, seen: HostObservation): readonly Finding[] {
  const other = seen.containers.find(({ labels }) => labels['stagecraft.project'] !== undefined && (labels['stagecraft.project'] !== desired.project || labels['stagecraft.env'] !== desired.environment));
  if (other === undefined) return [];
  return [{ severity: 'error', code: 'SC3520', message: `The Compose project ${desired.composeProject} on ${host.name} is that of ${ownerOf(other.labels)}.`, next: [`set environments.${desired.environment}.compose_project to another name`], ...(places ? { location: places.project } : {}) }];
}

async function named({ host, desired, places }: ClashCheck, kind: 'volumes' | 'networks'): Promise<readonly Finding[]> {
  const wanted = Object.entries(desired[kind]).flatMap(([key, section]) => (isRecord(section) && typeof section.name === 'string' && section.external !== true ? [{ key, name: section.name }] : []));
  if (wanted.length === 0) return [];
  const there = new Map((await host.containers[kind]({ [projectLabel]: true })).map(({ name, labels }) => [name, labels]));
  return wanted.flatMap(({ key, name }): Finding[] => {
    const owner = there.get(name)?.[projectLabel];
    if (owner === undefined || owner === desired.composeProject) return [];
    const what = kind.slice(0, -1);
    return [{ severity: 'error', code: 'SC3521', message: `The ${what} ${name} on ${host.name} belongs to the Compose project ${owner}.`, next: [`give \`${kind}.${key}\` another \`name\`, or leave the name out: it is then called after the project and the environment`, `or, where both are to share it, write \`external: true\``], ...(places ? { location: places.compose([kind, key, 'name']) } : {}) }];
  });
}

async function fixedContainers({ host, desired, places }: ClashCheck): Promise<readonly Finding[]> {
  const wanted = desired.services.flatMap(({ name, kind, definition, location }) => (kind !== 'external' && typeof definition['container_name'] === 'string' ? [{ service: name, name: definition['container_name'], location }] : []));
  const found = await Promise.all(
    wanted.map(async ({ service, name, location }): Promise<Finding[]> => {
      const there = await host.containers.inspect(name);
      if (there === undefined || there.name !== name || there.project === desired.composeProject) return [];
      return [{ severity: 'error', code: 'SC3522', message: `${service} has the container name ${name}, which ${holderOf(there)} has on ${host.name} already.`, service, next: ['leave `container_name` out, or give it another one'], location: places?.compose(['services', service, 'container_name']) ?? location }];
    }),
  );
  return found.flat();
}

/** Who publishes a port of the host, as far as the engine knows. */
export async function publisherOf(containers: Pick<Containers, 'list'>, port: number): Promise<string | undefined> {
  const found = (await containers.list({ [projectLabel]: true })).find((container) => container.status === 'running' && container.ports.some((one) => one.host === port));
  return found && `${found.name}, ${holderOf(found)}`;
}

function holderOf({ labels, project }: Pick<ContainerState, 'labels' | 'project'>): string {
  if (labels['stagecraft.project'] !== undefined) return ownerOf(labels);
  return project === undefined ? 'a container outside of Compose' : `the Compose project ${project}`;
}

function ownerOf(labels: Readonly<Record<string, string>>): string {
  return `project ${labels['stagecraft.project'] ?? ''}, environment ${labels['stagecraft.env'] ?? ''}`;
}
