import { serviceDigest } from '../../../packages/core/src/compose/digest.js';
import type { Desired, DesiredService } from '../../../packages/core/src/compose/model.js';
import type { HostObservation } from '../../../packages/core/src/observe/types.js';
import type { PlanInput } from '../../../packages/core/src/plan/types.js';
import type { ContainerState } from '../../../packages/core/src/ports/containers.js';
import { targetName } from '../../../packages/core/src/routes/table.js';

/** An environment of so many services: every tenth has a route, each but the first of ten needs the one before. */
export function ofServices(count: number, update: boolean): PlanInput {
  const desired = model(count, update ? 2 : 1);
  const host: HostObservation = update ? served(model(count, 1)) : { name: 'local', reachable: true, containers: [], volumes: [], images: {} };
  return { kind: 'deploy', desired, observation: { basis: 'live', hosts: [host], history: [] }, version: update ? 'v2' : 'v1', providers: [], replace: [], acceptEmptyVolume: [], findings: [] };
}

function model(count: number, release: number): Desired {
  const services = Array.from({ length: count }, (_, index) => service(index, release));
  return {
    format: 1,
    project: 'bench',
    environment: 'prod',
    composeProject: 'bench-prod',
    driver: 'local',
    services,
    networks: { default: {} },
    volumes: {},
    configs: {},
    secrets: {},
    routes: services.filter(({ routed }) => routed).map(({ name, location }) => ({ path: `/${name}`, service: name, port: 3000, location })),
    proxy: { provider: 'traefik', package: '@stagecraft/proxy-traefik@0.1.0', listen: { http: 80, https: 443 }, config: {} },
    hosts: [],
    rollout: { onFailure: 'rollback', acknowledgeMs: 10_000 },
  };
}

function service(index: number, release: number): DesiredService {
  const name = nameOf(index);
  return {
    name,
    kind: 'service',
    role: 'app',
    replicas: 1,
    singleton: false,
    location: { file: 'docker-compose.yml', line: index * 10 + 2, column: 3 },
    definition: { command: ['serve', '--verbose'], healthcheck: { test: ['CMD', 'true'], interval: '5s' }, networks: { default: {} }, restart: 'always' },
    dependsOn: index % 10 === 0 ? [] : [{ service: nameOf(index - 1), condition: 'service_healthy', required: true, restart: false }],
    image: { reference: `${name}:${release}`, id: `sha256:${name}-${release}` },
    variables: ['LOG_LEVEL', 'PORT'],
    valuesDigest: 'unchanged',
    files: [],
    healthcheck: true,
    healthTimeoutMs: 60_000,
    settleMs: 5_000,
    drainMs: 30_000,
    stopGraceMs: 10_000,
    obstacles: [],
    routed: index % 10 === 0,
  };
}

// Sorted by name, as a model is.
function nameOf(index: number): string {
  return `s${String(index).padStart(5, '0')}`;
}

/** The host as a deploy of the model leaves it. */
function served(desired: Desired): HostObservation {
  const release = 'rel-20300101-000000000-0000';
  const edge = `${desired.composeProject}-edge`;
  const containers = desired.services.map((one, index): ContainerState => {
    const alias = targetName(one.name, release, 1);
    return {
      id: index.toString(16).padStart(64, '0'),
      name: `${desired.composeProject}-${one.name}-1`,
      project: desired.composeProject,
      service: one.name,
      number: 1,
      image: one.image.id ?? '',
      imageName: one.image.reference,
      labels: { 'stagecraft.project': desired.project, 'stagecraft.env': desired.environment, 'stagecraft.release': release, 'stagecraft.service': one.name, 'stagecraft.digest': serviceDigest(one) ?? '', 'stagecraft.operation': 'op-20300101-000000000-0000' },
      status: 'running',
      health: 'healthy',
      restartCount: 0,
      restartPolicy: 'always',
      startedAt: '2030-01-01T00:00:00Z',
      createdAt: '2030-01-01T00:00:00Z',
      pid: index + 1,
      networks: { [`${desired.composeProject}_default`]: { address: '', aliases: [one.name] }, ...(one.routed ? { [edge]: { address: '', aliases: [alias] } } : {}) },
      ports: [],
      mounts: [],
    };
  });
  return {
    name: 'local',
    reachable: true,
    containers,
    volumes: [],
    images: Object.fromEntries(desired.services.map(({ image }) => [image.reference, image.id ?? ''])),
    table: { project: desired.project, environment: desired.environment, routes: desired.routes.map(({ path, service: of, port }) => ({ path: path ?? '/', service: of, port })), targets: desired.routes.map(({ service: of, port }) => ({ id: targetName(of, release, 1), service: of, port, state: 'in' })) },
    proxy: { provider: 'traefik', running: true, digest: '' },
    serving: { release, version: 'v1', desired },
  };
}
