import type { ContainerState } from '../ports/containers.js';
import type { StepWorld } from './types.js';

/** Containers that this operation created for the service, in order of their Compose numbers. */
export function ownContainers(world: StepWorld, service: string): Promise<readonly ContainerState[]> {
  return world.containers.list({ ...ofService(world, service), 'stagecraft.operation': world.plan.operation });
}

/** The same, as a `docker ps` that a script runs: prints full ids. */
export function ownContainersCommand(world: StepWorld, service: string): string {
  return `docker ps -aq --no-trunc ${filters({ ...ofService(world, service), 'stagecraft.operation': world.plan.operation })}`;
}

/** A `docker ps` of every container of the service, whoever created it. */
export function allContainersCommand(world: StepWorld, service: string): string {
  return `docker ps -aq --no-trunc ${filters(ofService(world, service))}`;
}

function ofService(world: StepWorld, service: string): Record<string, string> {
  return { 'com.docker.compose.project': world.plan.desired.composeProject, 'com.docker.compose.service': service };
}

// Project and service names are identifiers (semantics.md, "Input"), operation ids are ours: nothing in them needs quoting.
function filters(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `--filter label=${name}=${value}`)
    .join(' ');
}
