import type { ContainerState } from '../ports/containers.js';

/** A container of a service as the planner sees it, read from the engine's own words and our labels. */
export interface Found {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly number: number;
  /** Of the service that it was made from; absent: not made by Stagecraft. */
  readonly digest?: string;
  readonly release?: string;
  readonly status: ContainerState['status'];
  readonly health?: ContainerState['health'];
  readonly exitCode?: number;
  readonly restartPolicy: string;
  readonly createdAt: string;
  /** On the environment's edge network, and its names there, by which a proxy knows it. */
  readonly onEdge: boolean;
  readonly aliases: readonly string[];
  readonly holdsData: boolean;
  /** Its name is not the one that Compose gives by service and number. */
  readonly named: boolean;
  /** What only one container can have: see `claimsOf`. */
  readonly claims: readonly string[];
  /** From the record of a release, not from an engine. */
  readonly assumed: boolean;
}

/** @param edge name of the environment's edge network. Undefined for one-off containers, which deploys leave alone. */
export function foundOf(c: ContainerState, edge: string): Found | undefined {
  const service = c.labels['stagecraft.service'] ?? c.service;
  if (service === undefined || c.labels['com.docker.compose.oneoff'] === 'True' || c.status === 'removing') return undefined;
  const digest = c.labels['stagecraft.digest'];
  const release = c.labels['stagecraft.release'];
  return {
    id: c.id,
    name: c.name,
    service,
    number: c.number ?? 0,
    ...(digest === undefined ? {} : { digest }),
    ...(release === undefined ? {} : { release }),
    status: c.status,
    ...(c.health === undefined ? {} : { health: c.health }),
    ...(c.exitCode === undefined ? {} : { exitCode: c.exitCode }),
    restartPolicy: c.restartPolicy,
    createdAt: c.createdAt,
    onEdge: edge in c.networks,
    // The engine adds the short id to the aliases that we gave.
    aliases: (c.networks[edge]?.aliases ?? []).filter((alias) => alias.startsWith(`${service}-`)).sort(),
    holdsData: c.mounts.some((mount) => mount.writable && mount.type !== 'tmpfs'),
    named: c.name !== `${c.project ?? ''}-${service}-${c.number ?? 0}`,
    claims: [
      `name:${c.name}`,
      ...c.ports.map((port) => `port:${port.host}/${port.protocol}`),
      ...c.mounts.flatMap((mount) => (mount.writable && mount.type === 'volume' && mount.name !== undefined ? [`volume:${mount.name}`] : [])),
    ],
    assumed: false,
  };
}

export function byNumber(a: Found, b: Found): number {
  return a.number - b.number || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Serves requests, or could: the engine says that its process lives. */
export function runs(c: Found): boolean {
  return c.status === 'running';
}

/** Runs, and nobody says that it is sick or not up yet. */
export function isFit(c: Found): boolean {
  return runs(c) && c.health !== 'starting' && c.health !== 'unhealthy';
}

/** Holds its name, ports and volumes, and would come back by itself: has to be stopped before it is out of the way. */
export function lives(c: Found): boolean {
  return c.status === 'running' || c.status === 'restarting' || c.status === 'paused';
}
