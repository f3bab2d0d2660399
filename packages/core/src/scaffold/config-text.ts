import type { Obstacle, ServiceKind } from '../compose/model.js';
import type { Location } from '../plugin-api/location.js';
import type { Facts } from './facts.js';
import type { Proposal, ProposedRoute, ProposedService } from './propose.js';

/** What a plan thinks of a service, for the comments. */
export interface ServiceNote {
  readonly kind: ServiceKind;
  readonly obstacles: readonly Obstacle[];
}

/** Where the schema lies in a project that has the command line among its packages. */
const schema = 'node_modules/@stagecraft/cli/dist/stagecraft.schema.json';

/** The proposal as a commented `stagecraft.yml`. The same proposal gives the same bytes. */
export function configText(proposal: Proposal, facts: Facts, notes: Readonly<Record<string, ServiceNote>>): string {
  const sections = [head(), project(proposal, facts), builds(proposal), services(proposal, facts, notes), routes(proposal), environments(proposal, facts), migrations(facts)];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.map(clean).join('\n')}\n`).join('\n');
}

function head(): string[] {
  return [
    `# yaml-language-server: $schema=${schema}`,
    '#',
    '# Written by `stagecraft init` from what is in this folder; it is yours now. Compose says what runs, this file says the rest:',
    '# where it runs, behind which address, and how it is replaced. `stagecraft config show` tells what everything comes to.',
    'version: 1',
  ];
}

function project({ name, nameFrom, compose }: Proposal, { left }: Facts): string[] {
  const files = compose.length === 1 ? scalar(compose[0] as string) : `[${compose.map(scalar).join(', ')}]`;
  return [
    'project:',
    `  name: ${scalar(name)} # ${nameFrom}; names images, containers and folders on hosts`,
    `  compose: ${files}`,
    ...left.map(({ path, why }) => `  # ${path} is left out: ${why}.`),
  ];
}

function builds({ services: all }: Proposal): string[] {
  const built = all.filter((service) => service.build !== undefined);
  if (built.length === 0) return [];
  return [
    `# Images that are built here: ${built.map((service) => `${service.name} (${buildText(service)})`).join(', ')}.`,
    'backend:',
    '  provider: generic # any Dockerfile, by `docker build`',
  ];
}

function services(proposal: Proposal, facts: Facts, notes: Readonly<Record<string, ServiceNote>>): string[] {
  const usable = proposal.services.filter((service) => !service.unusable);
  if (usable.length === 0) return [];
  const routed = new Set(proposal.routes.map((route) => route.service));
  return [
    `# Found in ${proposal.compose[0] ?? ''}. What Compose cannot say about a service stands below its name: \`replicas\`, \`rollout\`, \`data\`, \`singleton\`.`,
    'services:',
    ...usable.flatMap((service) => [`  ${scalar(service.name)}: # ${summary(service)}`, ...advice(service, notes[service.name], routed.has(service.name), facts).map((line) => `    ${line}`)]),
    ...proposal.services.filter((service) => service.unusable).map(({ name, location }) => `  # ${name} (${place(location)}): use lower-case letters, digits, \`-\`, \`_\` and \`.\` for its name.`),
  ];
}

function summary(service: ProposedService): string {
  const { known, image, build, job, profiles, healthcheck } = service;
  const what = build !== undefined ? `built from ${buildText(service)}` : known !== undefined ? `${known.name} (${image ?? ''})` : (image ?? 'no image');
  const health = healthcheck === 'compose' ? ['has a health check'] : healthcheck === 'image' ? ['its image has a health check'] : [];
  return [what, ...(job ? ['a job: runs once a release'] : health), ...(profiles.length > 0 ? [`off: profile ${profiles.join(', ')}`] : [])].join('; ');
}

/** What a deploy does to it, and what could be better. */
function advice(service: ProposedService, note: ServiceNote | undefined, routed: boolean, { compose }: Facts): string[] {
  if (service.singleton) return ['singleton: true # by its name, two at once would do everything twice; the old one stops before the new one starts'];
  if (note === undefined || note.kind === 'job') return [];
  if (note.kind === 'data') return ['# Holds data: a deploy starts it when it is not there, and never replaces it.'];
  const blocking = note.obstacles.filter((obstacle) => obstacle.blocks);
  if (blocking.length > 0) {
    const moves = routed && blocking.every((obstacle) => obstacle.kind === 'host_port');
    return [
      `# A deploy stops the old ${routed ? 'one before the new one starts, and requests are lost in between' : 'one before the new one starts'}, because it`,
      ...blocking.map((obstacle) => `#   ${obstacle.reason} (${place(obstacle.location)})`),
      ...(moves ? ['# The proxy reaches it without a port of the host: move `ports` into a file that only development reads, such as', `# ${overrideOf(compose)}. Then old and new can stand side by side.`] : []),
    ];
  }
  if (!routed) return [];
  if (service.healthcheck === 'none' || service.healthcheck === 'unknown') return ['# A health check in the Compose file would tell when a new one is ready; without it, running for a moment must do.', '# replicas: 2'];
  return ['# replicas: 2'];
}

/** A file that `docker compose up` reads by itself and a deploy does not; another name where that one is deployed too. */
function overrideOf(compose: readonly string[]): string {
  const [base = 'docker-compose.yml', ...more] = compose;
  const stem = base.replace(/\.ya?ml$/, '');
  return more.some((path) => path.startsWith(`${stem}.override.`)) ? `${stem}.dev.yml` : `${stem}.override.yml`;
}

function routes(proposal: Proposal): string[] {
  const proxies = proposal.services.filter((service) => service.known?.is === 'proxy' && service.ports.length > 0);
  const there = proxies.map((service) => `# ${service.name} (${service.image ?? ''}) leads requests to services by itself; a deploy treats it as any other service. Routes here replace it.`);
  const unsure = proposal.services.flatMap((service) => (service.known?.is === 'proxy' || service.known?.is === 'store' || service.ports.some((port) => port.http) ? [] : service.ports.slice(0, 1)));
  const told = unsure.map((port) => `# ${port.service} publishes port ${port.published ?? port.target} (${place(port.location)}), which does not look like HTTP: no route.`);
  if (proposal.routes.length === 0) {
    const likely = proposal.services.find((service) => service.build !== undefined && !service.job && !service.unusable);
    const port = likely?.build?.found?.exposes[0] ?? 3000;
    return [
      ...there,
      ...told,
      '# No service publishes a port for browsers, so there is no route. With one, a proxy leads requests to a service, and from old to new',
      '# containers without losing any:',
      '# routes:',
      `#   - { path: /, service: ${scalar(likely?.name ?? 'web')}, port: ${port} }`,
      '# proxy:',
      `#   listen: { http: ${proposal.listen} }`,
    ];
  }
  return [
    '# A proxy leads these requests to the containers, and from old to new ones without losing any.',
    ...there,
    ...told,
    'routes:',
    ...proposal.routes.map(routeLine),
    'proxy:',
    `  listen: { http: ${proposal.listen} } # ${proposal.listen === 8080 ? 'no service publishes it' : 'the first from 8080 on that no service publishes'}; 80 on a server of its own`,
  ];
}

function routeLine({ host, service, port, from }: ProposedRoute): string {
  const parts = [...(host === undefined ? ['path: /'] : [`host: ${scalar(host)}`]), `service: ${scalar(service)}`, `port: ${port}`];
  return `  - { ${parts.join(', ')} } # ${place(from.location)} publishes it${from.published === undefined || from.published === String(port) ? '' : ` as ${from.published}`}`;
}

function environments({ name, services: all }: Proposal, { envFiles, stack }: Facts): string[] {
  const profiles = [...new Set(all.flatMap((service) => service.profiles))].sort();
  const env = envFiles.find((path) => /prod/.test(path)) ?? envFiles[0];
  return [
    'environments:',
    '  dev:',
    "    driver: local # this machine's engine",
    ...(stack === undefined ? [] : [`    # compose_project: ${scalar(stack)} # default ${name}-dev; this is what \`docker compose up\` takes here: to share its volumes`]),
    ...(profiles.length > 0 ? [`    # profiles: [${profiles.map(scalar).join(', ')}] # turns on: ${all.filter((service) => service.profiles.length > 0).map((service) => service.name).join(', ')}`] : []),
    '',
    '  # A server of yours:',
    '  # prod:',
    '  #   hosts: [deploy@203.0.113.10]',
    ...(env === undefined ? [] : [`  #   env_file: ${scalar(env)}`]),
    '  #   proxy: { listen: { http: 80 } }',
  ];
}

function migrations({ migrations: found }: Facts): string[] {
  if (found.length === 0) return [];
  return [
    `# Migrations: ${found.map(({ path, tool }) => `${path} (${tool})`).join(', ')}. To run them with every release, make them a job in the Compose file:`,
    '# a service that others name with `depends_on: { migrate: { condition: service_completed_successfully } }`.',
  ];
}

export function buildText({ build }: ProposedService): string {
  if (build === undefined) return '';
  return build.dockerfile === undefined ? build.context : `${build.context}, ${build.dockerfile}`;
}

export function place({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

/** Plain where nothing could take it for something else. */
function scalar(text: string): string {
  return /^[A-Za-z_.][A-Za-z0-9_./-]*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null|\.inf|\.nan)$/i.test(text) ? text : JSON.stringify(text);
}

/** Names in a project can hold anything; a comment is one line of what can be printed. */
function clean(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ').trimEnd();
}
