import { createHash } from 'node:crypto';
import type { Scope } from '../hosts/scope.js';
import type { ProxyPlace, ProxyProvider, ProxyService } from '../plugin-api/proxy.js';
import { edgeFunctions } from './edge.js';
import { gatewayPlaceholder, type ProxyRecord } from './place.js';
import { proxyFolder, putForHost, putForProxy, putFunction } from './proxy-files.js';

/** What `proxy.ensure` needs to know. */
export interface ProxyProject {
  readonly scope: Scope;
  readonly provider: Pick<ProxyProvider, 'id' | 'service'>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly place: ProxyPlace;
}

/**
 * sh that brings the host's shared proxy up where it is absent or stopped, and leaves a running one alone: no deploy restarts it. All recorded
 * edges are made and joined before a start, because a container with a network that is gone does not start, for nobody.
 */
export function ensureScript(project: ProxyProject): string {
  const { scope } = project;
  return [
    'proxy_lock',
    ...beginLines(project),
    `state=$(docker container inspect -f '{{.State.Status}}' ${scope.proxyContainer} 2>/dev/null) || state=absent`,
    'case $state in running) exit 0 ;; paused) docker unpause ' + scope.proxyContainer + ' >/dev/null; exit 0 ;; esac',
    ...networkLines(scope),
    // One that never started may have been made for ports that were taken, one that cannot stay up with an image that is no proxy.
    `case $state in created | dead | restarting) docker rm -f ${scope.proxyContainer} >/dev/null; state=absent ;; esac`,
    'if [ "$state" = absent ]; then',
    ...filesLines(project).map((line) => `  ${line}`),
    ...createLines(project, 'docker-compose.yml').map((line) => `  ${line}`),
    `  ${recordLine(project)}`,
    'fi',
    ...startLines(scope),
  ].join('\n');
}

/** Functions and folders that the other lines need. */
export function beginLines({ scope }: ProxyProject): string[] {
  return [
    putFunction,
    edgeFunctions(scope),
    `mkdir -p ${proxyFolder}/files ${proxyFolder}/edges`,
    // Whatever the umask of the step: the proxy may be another user in its container.
    `chmod a+rx ${proxyFolder}/files`,
  ];
}

/** The proxy's own network is there, and `$gateway` is its gateway. */
export function networkLines(scope: Scope): string[] {
  return [`network ${scope.proxyNetwork}`, `gateway=$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' ${scope.proxyNetwork})`];
}

const fill = `sed "s/${gatewayPlaceholder}/$gateway/g"`;

/** The files that the proxy needs whatever is routed. */
export function filesLines(project: ProxyProject): string[] {
  return serviceOf(project).files.map((file) => putForProxy(file, fill));
}

/** From now on every answer ends its client's connection. */
export function leavingLines(project: ProxyProject): string[] {
  const { leaving } = serviceOf(project);
  return leaving ? [putForProxy(leaving, fill)] : [];
}

/** Connections are kept again. */
export function stayingLines(project: ProxyProject): string[] {
  const { leaving, files } = serviceOf(project);
  return files.filter(({ path }) => path === leaving?.path).map((file) => putForProxy(file, fill));
}

/** Makes the container, not started. @param compose name of the Compose file in the proxy's folder. */
export function createLines(project: ProxyProject, compose: string): string[] {
  return [
    putForHost({ path: compose, content: composeFile(project) }, fill),
    `timeout -k 10 600 docker compose -p ${project.scope.proxyProject} --project-directory ${proxyFolder} -f ${proxyFolder}/${compose} --env-file /dev/null up --no-start --quiet-pull`,
  ];
}

export function recordLine({ provider, place }: ProxyProject): string {
  const record: ProxyRecord = { format: 1, provider: provider.id, listen: place.listen, apiPort: place.apiPort };
  return putForHost({ path: 'place.json', content: `${JSON.stringify(record)}\n` });
}

/** All recorded edges are made and joined before the start. */
export function startLines(scope: Scope): string[] {
  return [
    `for edge in ${proxyFolder}/edges/*; do`,
    '  [ ! -e "$edge" ] || { network "$(basename "$edge")" --internal; join "$(basename "$edge")" ' + scope.proxyContainer + '; }',
    'done',
    `timeout -k 10 60 docker start ${scope.proxyContainer} >/dev/null`,
  ];
}

/** The Compose file of the proxy's own project. Its digest is in a label: what differs from it is for `proxy upgrade`, never for a deploy. */
export function composeFile(project: ProxyProject): string {
  const { scope, provider } = project;
  const service = serviceOf(project);
  const body = (digest: string): string =>
    [
      "# Written by Stagecraft: the host's one proxy, outside every release.",
      `name: ${scope.proxyProject}`,
      'services:',
      '  proxy:',
      `    container_name: ${scope.proxyContainer}`,
      `    image: ${text(service.image)}`,
      '    restart: always',
      `    command: [${service.command.map(text).join(', ')}]`,
      `    ports: [${service.ports.map(text).join(', ')}]`,
      '    labels:',
      `      stagecraft.dir: ${text(scope.dir)}`,
      `      stagecraft.proxy: ${text(provider.id)}`,
      `      stagecraft.digest: ${text(digest)}`,
      '    networks: [proxy]',
      '    volumes:',
      `      - { type: bind, source: ./files, target: ${text(service.folder)}, read_only: true }`,
      ...(service.healthcheck ? ['    healthcheck:', `      test: [${service.healthcheck.test.map(text).join(', ')}]`] : []),
      'networks:',
      `  proxy: { name: ${scope.proxyNetwork}, external: true }`,
      '',
    ].join('\n');
  return body(definitionDigest(body(''), service));
}

/** SHA-256 of what the proxy is made of; the value of the label `stagecraft.digest` on its container. */
export function proxyDigest(project: ProxyProject): string {
  return /stagecraft\.digest: "([0-9a-f]+)"/.exec(composeFile(project))?.[1] ?? '';
}

function definitionDigest(compose: string, service: ProxyService): string {
  return createHash('sha256').update(JSON.stringify([compose, service.files])).digest('hex');
}

// Always with the placeholder: a network that is made anew has another gateway, and the digest must not know of it.
function serviceOf({ provider, config, place }: ProxyProject): ProxyService {
  return provider.service(config, { ...place, gateway: gatewayPlaceholder });
}

/** A string of a Compose file, with nothing for Compose to interpolate. */
function text(value: string): string {
  return JSON.stringify(value.replaceAll('$', '$$$$'));
}
