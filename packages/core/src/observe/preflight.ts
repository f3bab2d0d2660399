import type { Desired } from '../compose/model.js';
import { servicesOf } from '../compose/render.js';
import type { Scope } from '../hosts/scope.js';
import type { Finding } from '../plugin-api/failure.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Containers } from '../ports/containers.js';
import type { Shell } from '../ports/shell.js';
import { checkRoutes } from '../routes/check-routes.js';
import { readAdopted } from '../protocol/adopted.js';
import { clashes, publisherOf, type Places } from './clashes.js';
import { sameMachine } from './same-machine.js';
import { stacksOf } from './stacks.js';
import { coerce, gte } from './semver.js';
import type { HostObservation, Observation } from './types.js';

/** Minimum versions (toolchain.md): older engines lack `--start-interval`, older Compose differs in `up --no-start --scale`. */
const minimum = { engine: '24.0.0', compose: '2.20.0' };

export interface Preflight {
  readonly host: { readonly name: string; readonly scope: Scope; readonly containers: Containers; readonly shell: Shell; readonly files: HostFiles; readonly dial?: unknown; readonly store: { checkHost(): Promise<{ readonly findings: readonly Finding[] }> } };
  readonly desired: Desired;
  readonly observation: Observation;
  /** Id of the proxy provider that the routes need. */
  readonly proxy: string | undefined;
  /** Places in the user's files, where they were read. */
  readonly places?: Places;
  /** Asked for beforehand; absent: asked for now. */
  readonly facts?: HostFacts | Promise<HostFacts>;
  /** Project folder on the host, where that is this machine. */
  readonly folder?: string;
  /** Ids of containers that are about to be adopted. */
  readonly adopting?: readonly string[];
  /** The engine that builds, where the host is another machine. */
  readonly builder?: Pick<Containers, 'image' | 'info'>;
}

/** What a host is able to, whatever is to run there. */
export interface HostFacts {
  /** Version of Docker Compose; undefined where it does not work. */
  readonly compose: string | undefined;
  /** What is wrong with the state folder or the tools. */
  readonly findings: readonly Finding[];
}

/** Asks a host what it is able to. @param compose its version, where it is known already. */
export async function hostFacts(host: Pick<Preflight['host'], 'shell' | 'store'>, compose?: string): Promise<HostFacts> {
  const [version, state] = await Promise.all([compose ?? composeVersion(host.shell), host.store.checkHost()]);
  return { compose: version, findings: state.findings };
}

/** Everything that must be right before anything changes, all findings at once. Reads only. */
export async function preflight(asked: Preflight): Promise<readonly Finding[]> {
  const check: Preflight = { ...asked, desired: partOf(asked.desired, asked.host.name) };
  const seen = check.observation.hosts.find((host) => host.name === check.host.name);
  if (!seen) return [];
  const [facts, machine, routes, images, strange, shared, foreign, elsewhereBuilt] = await Promise.all([
    check.facts ?? hostFacts(check.host),
    sameMachine(check.host, seen.engine?.id ?? ''),
    checkRoutes(check.host.files, check.host.scope, check.desired),
    absentImages(check, seen),
    strangers(check, seen),
    clashes(check, seen),
    foreignImages(check, seen),
    builtElsewhere(check, seen),
  ]);
  return [...versions(check.host.name, seen, facts.compose), ...facts.findings, ...machine, ...elsewhereBuilt, ...routes, ...edgeName(check), ...strange, ...otherFolder(check, seen), ...shared, ...images, ...foreign, ...(await takenPorts(check, seen))];
}

/** What a host is to run and to route: images, names and ports of other hosts' services are nothing to it. */
function partOf(desired: Desired, host: string): Desired {
  const here = new Set(servicesOf(desired, host));
  const services = desired.services.filter((service) => here.has(service));
  return { ...desired, services, routes: desired.routes.filter((route) => services.some((service) => service.name === route.service)) };
}

/** The same for several hosts; what is found on more than one of them is told once. */
export async function preflightAll<H>(hosts: readonly H[], check: (host: H) => Preflight): Promise<readonly Finding[]> {
  const found = (await Promise.all(hosts.map((host) => preflight(check(host))))).flat();
  return [...new Map(found.map((finding) => [JSON.stringify(finding), finding])).values()];
}

async function composeVersion(shell: Shell): Promise<string | undefined> {
  const result = await shell.run('docker compose version --short', { timeoutMs: 20_000 });
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

function versions(host: string, seen: HostObservation, compose: string | undefined): Finding[] {
  const findings: Finding[] = [];
  const engine = seen.engine?.version ?? '';
  if (!atLeast(engine, minimum.engine)) findings.push({ severity: 'error', code: 'SC3510', message: `The engine of ${host} is ${engine || 'of an unknown version'}; Stagecraft needs ${minimum.engine} or later.`, next: ['Upgrade the engine.'] });
  if (compose === undefined) findings.push({ severity: 'error', code: 'SC3511', message: `\`docker compose\` does not work on ${host}.`, next: ['Install Docker Compose v2 (package docker-compose-plugin or docker-compose-v2).'] });
  else if (!atLeast(compose, minimum.compose)) findings.push({ severity: 'error', code: 'SC3512', message: `Docker Compose of ${host} is ${compose}; Stagecraft needs ${minimum.compose} or later.`, next: ['Upgrade Docker Compose.'] });
  return findings;
}

function atLeast(version: string, wanted: string): boolean {
  const found = coerce(version);
  return found !== null && gte(found, wanted);
}

/** What the engine of another machine builds runs there only where both are of one kind, or the build says for which it is. */
async function builtElsewhere({ host, desired, builder }: Preflight, seen: HostObservation): Promise<Finding[]> {
  if (!builder) return [];
  const built = desired.services.filter((service) => service.build && service.build.platforms.length === 0 && service.definition['platform'] === undefined);
  if (built.length === 0) return [];
  const [own, there] = [(await builder.info()).architecture, seen.engine?.architecture];
  if (there === undefined || own === there) return [];
  return built.map((service) => ({ severity: 'error', code: 'SC3539', message: `The image of ${service.name} is built for ${own}, as the engine of this machine is; ${host.name} is ${there}.`, service: service.name, location: service.location, next: [`write \`build: { platforms: [linux/${there}] }\` at ${service.name}, where this machine can build for it`, `or build it elsewhere and name it by \`image:\``] }));
}

/** Joining a network whose name sorts before the proxy's own moves the proxy's default gateway, and new connections are refused (measured). */
function edgeName({ host, desired }: Preflight): Finding[] {
  if (desired.routes.length === 0 || host.scope.edge > host.scope.proxyNetwork) return [];
  return [
    {
      severity: 'error',
      code: 'SC3519',
      message: `The Compose project ${desired.composeProject} sorts before ${host.scope.proxyNetwork}: the proxy could not join its network without losing connections.`,
      next: ['Begin the name of the project, or `compose_project`, with a letter or a digit above 0.'],
    },
  ];
}

/** A stack of this project that was started by hand: its containers are nobody's to replace until they are adopted. */
async function strangers({ host, desired, folder, adopting = [] }: Preflight, seen: HostObservation): Promise<Finding[]> {
  const adopted = await readAdopted(host.files, host.scope);
  const ours = new Set([...adopting, ...(adopted?.composeProject === desired.composeProject ? adopted.containers : [])]);
  const foreign = seen.containers.filter((c) => c.labels['stagecraft.release'] === undefined && !ours.has(c.id));
  if (foreign.length === 0) return adopting.length > 0 || folder === undefined ? [] : elsewhere(host, desired, folder, seen);
  const names = foreign.map((c) => c.name).join(', ');
  return [
    {
      severity: 'error',
      code: 'SC3513',
      message: `Compose project ${desired.composeProject} has containers that Stagecraft did not start: ${names}.`,
      next: [`stagecraft attach --adopt --env ${desired.environment} takes them over, with their data`, `docker compose -p ${desired.composeProject} down (volumes stay), then deploy again`, `or set environments.${desired.environment}.compose_project to another name`],
    },
  ];
}

/** The same Compose file, started by hand under another name: a first release would begin beside it, without its data. Asked only where none serves yet. */
async function elsewhere(host: Preflight['host'], desired: Desired, folder: string, seen: HostObservation): Promise<Finding[]> {
  if (seen.serving) return [];
  const stacks = stacksOf(await host.containers.list({ 'com.docker.compose.project.working_dir': folder })).filter((stack) => stack.project !== desired.composeProject);
  return stacks.map((stack) => ({
    severity: 'warning',
    code: 'SC3536',
    message: `From this folder \`docker compose up\` started the stack ${stack.project} (${stack.containers.map((c) => c.name).join(', ')}): ${desired.environment} begins beside it, as ${desired.composeProject}, without its data.`,
    next: [`To take it over: stagecraft attach --adopt --env ${desired.environment}`],
  }));
}

/** The environment's containers carry the state folder that made them: another one would not know of their release. */
function otherFolder({ host, desired }: Preflight, seen: HostObservation): Finding[] {
  const other = seen.containers.find((c) => c.labels['stagecraft.dir'] !== undefined && c.labels['stagecraft.dir'] !== host.scope.dir);
  if (!other) return [];
  return [
    {
      severity: 'error',
      code: 'SC3514',
      message: `${other.name} of ${desired.composeProject} on ${host.name} was deployed with another state folder than ${host.scope.root}.`,
      next: ['Set STAGECRAFT_HOST_DIR to the folder that was used.'],
    },
  ];
}

/** Images that are known by id, so that nothing will build or pull them again. Asked by that id: a tag may lead elsewhere by now, or not be given yet. */
async function absentImages({ desired, host, builder }: Preflight, seen: HostObservation): Promise<Finding[]> {
  const observed = new Set(Object.values(seen.images));
  const found = await Promise.all(
    desired.services.map(async (service): Promise<Finding[]> => {
      const { id, reference } = service.image;
      if (id === undefined || service.kind === 'external' || observed.has(id) || (await host.containers.image(id))) return [];
      // It is pulled again by its digest, or carried there.
      if (service.image.digest !== undefined) return [];
      if (service.build && (await builder?.image(id))) return [];
      return [{ severity: 'error', code: 'SC3515', message: `The image of ${service.name} (${reference}, ${id.slice(0, 19)}) is not on ${host.name} any more.`, service: service.name, next: ['stagecraft deploy'] }];
    }),
  );
  return found.flat();
}

/** Images that are there, for another machine than this. Who names a `platform` has an emulator, and wants it so. */
async function foreignImages({ host, desired }: Preflight, seen: HostObservation): Promise<readonly Finding[]> {
  const wanted = desired.services.filter((service) => !service.build && service.definition['platform'] === undefined && seen.images[service.image.reference] !== undefined);
  const found = await Promise.all(wanted.map(async (service) => ({ service, architecture: (await host.containers.image(service.image.reference))?.architecture })));
  const own = seen.engine?.architecture;
  return found
    .filter(({ architecture }) => own && architecture && architecture !== own)
    .map(({ service, architecture }): Finding => ({ severity: 'error', code: 'SC3524', message: `The image ${service.image.reference} of ${service.name} is for ${architecture}; ${host.name} is ${own}.`, service: service.name, location: service.location, next: [`docker pull --platform linux/${own} ${service.image.reference}`, `or write \`platform: linux/${architecture}\` at ${service.name}, where the host can emulate it`] }));
}

/** Host ports that somebody else holds. Ports of this environment's own containers are given up by the step before. */
async function takenPorts({ desired, host, proxy, places }: Preflight, seen: HostObservation): Promise<Finding[]> {
  const wanted = desired.services.flatMap((service) => publishedPorts(service.definition['ports']).map((port) => ({ port, service: service.name, location: places?.port(service.name, String(port)) ?? service.location })));
  const ours = new Set(seen.containers.filter((c) => c.status === 'running').flatMap((c) => c.ports.map((port) => port.host)));
  const needed = wanted.filter(({ port }) => !ours.has(port));
  const front = proxy !== undefined && desired.proxy && desired.routes.length > 0 && !seen.proxy?.running ? [desired.proxy.listen.http] : [];
  if (needed.length === 0 && front.length === 0) return [];
  const listening = await listeningPorts(host.shell);
  const taken = await Promise.all(needed.filter(({ port }) => listening.has(port)).map(async (one) => ({ ...one, holder: await publisherOf(host.containers, one.port) })));
  return [
    ...taken.map(({ port, service, location, holder }): Finding => ({ severity: 'error', code: 'SC3516', message: `Port ${port} of ${host.name}, which ${service} publishes, is taken by ${holder ?? 'somebody else'}.`, service, location, next: [holder === undefined ? `ss -ltnp 'sport = :${port}'` : 'publish another port, or none and give the service a route'] })),
    ...front.filter((port) => listening.has(port)).map((port): Finding => ({ severity: 'error', code: 'SC3517', message: `Port ${port} of ${host.name}, where the proxy is to listen, is taken by somebody else.`, next: [`ss -ltnp 'sport = :${port}'`, 'or set proxy.listen.http to another port'] })),
  ];
}

function publishedPorts(ports: unknown): number[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port: unknown) => {
    const published = Number((port as { published?: unknown } | null)?.published);
    return Number.isInteger(published) && published > 0 ? [published] : [];
  });
}

/** Ports with a TCP listener in the host's network: from the kernel's table, state 0A. */
async function listeningPorts(shell: Shell): Promise<ReadonlySet<number>> {
  const result = await shell.run(`cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || :`, { timeoutMs: 10_000 });
  const ports = [...result.stdout.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm)].map((line) => Number.parseInt(line[1] ?? '0', 16));
  return new Set(ports);
}
