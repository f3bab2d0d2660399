import { createHmac } from 'node:crypto';
import type { ServiceSettings, Settings } from '../config/types.js';
import { serviceDefaults } from '../environment/settings.js';
import type { Finding } from '../plugin-api/failure.js';
import type { ImageState } from '../ports/containers.js';
import type { Files } from '../ports/files.js';
import { misplacedSecrets } from '../secrets/misplaced.js';
import { secretsOf, type KeptSecrets, type MountedSecrets } from '../secrets/kept.js';
import { fillIn, markerOf } from '../secrets/markers.js';
import { acrossHosts } from './across-hosts.js';
import { buildInputsOf, type BuildInputs } from './build-inputs.js';
import { buildsOf } from './builds.js';
import { canonicalJson, compare, sortedDeep } from './canonical-json.js';
import { members } from './canonical.js';
import { isRecord } from './canonical-values.js';
import { classify, type Classified } from './classify.js';
import { developmentMounts } from './development.js';
import type { ComposeModel, ComposeService, Dependency, Desired, DesiredBuild, DesiredService, Json } from './model.js';
import { mountsOf, type Upload } from './mounts.js';
import { obstaclesOf } from './obstacles.js';
import { dependencyCircle } from './order.js';
import { isRemoteContext } from './paths.js';
import { placeOfPort } from './places.js';
import { durationMs } from './units.js';

export interface DesireInput {
  readonly model: ComposeModel;
  readonly settings: Settings;
  /** Names built images; `unknown` where `plan` was not told. */
  readonly version: string;
  /** Reads relative to the project folder: what Compose mounts, and Dockerfiles. */
  readonly files: Files;
  /** The environment's key for digests of values. Absent, as offline: values are unknown. */
  readonly valuesKey?: string;
  /** What is known of images, by reference as Compose names them. */
  readonly images?: Readonly<Record<string, ImageState>>;
  /** `package@version` of the proxy provider. */
  readonly proxyPackage?: string;
  /** Values of named secrets, whose markers the model holds. Secret. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface DesireResult {
  /** Free of secrets and machine paths; serialisable. */
  readonly desired: Desired;
  /** Environment of each service. Secret. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What of them is made of named secrets, by service. Secret. */
  readonly secrets: KeptSecrets;
  /** What builds read, by the service that names the image. Secret. */
  readonly builds: Readonly<Record<string, BuildInputs>>;
  /** Mounted files for the environment's folder on the host, sorted by path. May be secret. */
  readonly uploads: readonly Upload[];
  /** Beside those of the model. Errors stop a deploy. */
  readonly findings: readonly Finding[];
}

/** What an environment is to be: the Compose model under the settings of an environment. Nothing is thrown for what is wrong: `findings` say it. */
export async function desire(input: DesireInput): Promise<DesireResult> {
  const { model, settings } = input;
  const findings: Finding[] = [];
  const values = input.secrets ?? {};
  const selected = select(model, settings, findings).map((service) => withMarkers(service, values));
  const builds = buildsOf(model, selected, settings, input.valuesKey);
  findings.push(...builds.findings, ...routeFindings(input, selected));
  const jobs = new Set(selected.flatMap((service) => service.dependsOn.filter((one) => one.condition === 'service_completed_successfully').map((one) => one.service)));
  const external = new Set(selected.filter((service) => settings.services[service.name]?.mode === 'external').map((service) => service.name));

  const made = await Promise.all(selected.map((service) => desiredService(input, service, { builds: builds.of, job: jobs.has(service.name), external })));
  for (const one of made) findings.push(...one.findings);
  const together = acrossHosts(made.map((one) => one.service), { ...settings, model });
  findings.push(...together.findings);
  const { services } = together;
  const uploads = new Map(made.flatMap((one) => one.uploads.map((upload) => [upload.path, upload] as const)));
  const used = (top: 'networks' | 'volumes'): Readonly<Record<string, Json>> => Object.fromEntries(Object.entries(model[top]).filter(([key]) => services.some((service) => service.kind !== 'external' && uses(service, top, key))));
  for (const [key, section] of Object.entries(used('volumes'))) {
    const options = isRecord(section) && isRecord(section.driver_opts) ? section.driver_opts : {};
    if (typeof options.device === 'string' && options.device.startsWith('.')) error(findings, 'SC1428', `the volume \`${key}\` is the folder ${options.device} of the project, which is not on the host`, ['leave `driver_opts` out: the engine keeps the volume', 'or name a folder of the host by its absolute path'], model.locate(['volumes', key, 'driver_opts', 'device']));
  }
  const run = selected.filter((service) => !external.has(service.name));
  // The reader may have told a line already.
  const told = new Set(model.findings.filter((one) => one.code === 'SC1313').map((one) => `${one.service ?? ''}:${one.location?.file ?? ''}:${one.location?.line ?? 0}`));
  findings.push(...run.flatMap((service) => misplacedSecrets(model, service, settings)).filter((one) => !told.has(`${one.service ?? ''}:${one.location?.file ?? ''}:${one.location?.line ?? 0}`)));
  const inputs = Object.entries(builds.args).map(([name, args]) => [name, buildInputsOf({ model, build: builds.of[name] as DesiredBuild, args, variables: settings.variables, secrets: values, findings })] as const);
  const desired: Desired = {
    format: 1,
    project: settings.project,
    environment: settings.environment,
    composeProject: settings.composeProject,
    driver: settings.driver,
    services,
    networks: used('networks'),
    volumes: used('volumes'),
    configs: {},
    secrets: {},
    routes: [...settings.routes].sort((a, b) => compare(canonicalJson([a.host ?? '', a.path ?? '/']), canonicalJson([b.host ?? '', b.path ?? '/']))),
    ...(settings.proxy === undefined ? {} : { proxy: { provider: settings.proxy.provider, package: input.proxyPackage ?? settings.proxy.provider, listen: settings.proxy.listen, config: settings.proxy.config } }),
    hosts: [...settings.hosts].map(({ name, roles }) => ({ name, roles })).sort((a, b) => compare(a.name, b.name)),
    rollout: { onFailure: settings.rollout.onFailure, acknowledgeMs: settings.rollout.acknowledgeMs, ...(settings.hosts.length > 1 ? { maxParallel: settings.rollout.maxParallel } : {}), ...(settings.rollout.witness ? { witness: settings.rollout.witness } : {}) },
  };
  return {
    desired,
    values: Object.fromEntries(run.map((service) => [service.name, filled(service.environment, values)])),
    secrets: Object.fromEntries(run.flatMap((service) => {
      const own = secretsOf(service.environment, values, made.find((one) => one.service.name === service.name)?.secrets);
      return own === undefined ? [] : [[service.name, own]];
    })),
    builds: Object.fromEntries(inputs),
    uploads: [...uploads.values()].sort((a, b) => compare(a.path, b.path)),
    findings,
  };
}

/** An env file of a service may give a named secret by itself: it is the same secret. */
function withMarkers(service: ComposeService, values: Readonly<Record<string, string>>): ComposeService {
  return { ...service, environment: Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, Object.hasOwn(values, name) && values[name] === value ? markerOf(name) : value])) };
}

function filled(environment: Readonly<Record<string, string>>, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, fillIn(text, values)]));
}

const identifier = /^[a-z0-9][a-z0-9_.-]{0,62}$/;

/** Services that are on: those without a profile, and those of the environment's profiles. */
function select(model: ComposeModel, settings: Settings, findings: Finding[]): readonly ComposeService[] {
  const profiles = new Set(settings.profiles);
  const on = (service: ComposeService): boolean => service.profiles.length === 0 || profiles.has('*') || service.profiles.some((profile) => profiles.has(profile));
  const all = Object.values(model.services).sort((a, b) => compare(a.name, b.name));
  const selected = all.filter(on);
  const names = new Set(selected.map((service) => service.name));
  for (const service of selected) {
    if (!identifier.test(service.name)) error(findings, 'SC1403', `${service.name.length > 80 ? `\`${service.name.slice(0, 79)}…\`` : `\`${service.name}\``} cannot be the name of a service here`, ['use lower-case letters, digits, `-`, `_` and `.`, at most 63, a letter or digit first'], model.locate(['services', service.name]), service.name);
    for (const one of service.dependsOn.filter((dependency) => dependency.required && !names.has(dependency.service) && model.services[dependency.service] !== undefined)) {
      const profilesOf = model.services[one.service]?.profiles ?? [];
      error(findings, 'SC1404', `${service.name} depends on ${one.service}, which is off in ${settings.environment}: its profiles are ${profilesOf.join(', ')}`, [`turn one on: \`environments: { ${settings.environment}: { profiles: [${profilesOf[0] ?? ''}] } }\``, 'or write `required: false` at the dependency'], placeOfDependency(model, service.name, one.service), service.name);
    }
  }
  for (const name of Object.keys(settings.services).filter((one) => model.services[one] === undefined)) {
    const location = settings.services[name]?.location;
    findings.push({ severity: 'error', code: 'SC1402', message: `\`services.${name}\`: the Compose files have no such service`, next: [`correct it; there are: ${all.map((service) => service.name).join(', ')}`], ...(location === undefined ? {} : { location }) });
  }
  const circle = dependencyCircle(selected);
  if (circle !== undefined) error(findings, 'SC1405', `services depend on each other in a circle: ${circle.join(' -> ')}`, [`take one of them out of \`depends_on\``], placeOfDependency(model, circle[0] as string, circle[1] as string), circle[0] as string);
  return selected.map((service) => ({ ...service, dependsOn: service.dependsOn.filter((one) => names.has(one.service)) }));
}

function placeOfDependency(model: ComposeModel, service: string, on: string): Finding['location'] & object {
  const path = ['services', service, 'depends_on'];
  const written = model.written?.(path);
  const index = Array.isArray(written) ? written.indexOf(on) : -1;
  return model.locate(index >= 0 ? [...path, index] : [...path, on]);
}

/** Routes to what is not there. */
function routeFindings({ model, settings, images }: DesireInput, selected: readonly ComposeService[]): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, string>();
  for (const route of settings.routes) {
    const key = `${route.host ?? '*'}${route.path ?? '/'}`;
    if (seen.has(key)) error(findings, 'SC1407', `two routes lead from ${key}`, ['remove one, or give it another `path`'], route.location);
    seen.set(key, route.service);
    const service = selected.find((one) => one.name === route.service);
    if (service === undefined) {
      const off = model.services[route.service] !== undefined;
      error(findings, 'SC1406', off ? `a route leads to ${route.service}, which is off in ${settings.environment}` : `a route leads to the service \`${route.service}\`, which the Compose files do not have`, off ? [`turn one of its profiles on: ${model.services[route.service]?.profiles.join(', ') ?? ''}`] : [`correct it; there are: ${selected.map((one) => one.name).join(', ')}`], route.location);
      continue;
    }
    if (service.definition.network_mode !== undefined) error(findings, 'SC1408', `a route leads to ${service.name}, which has \`network_mode: ${String(service.definition.network_mode)}\`: the proxy cannot reach it`, ['remove `network_mode`'], model.locate(['services', service.name, 'network_mode']), service.name);
    const image = service.image === undefined || service.build !== undefined ? undefined : images?.[service.image];
    const known = new Set([...members(service.definition.ports).map((port) => String(port.target)), ...(Array.isArray(service.definition.expose) ? (service.definition.expose as readonly string[]).map((port) => port.split('/')[0] as string) : []), ...(image?.exposed ?? []).map(String)]);
    if (known.size > 0 && !known.has(String(route.port))) findings.push({ severity: 'warning', code: 'SC1409', message: `a route leads to port ${route.port} of ${service.name}, which names only ${[...known].sort().join(', ')}`, next: [`correct \`port\`, or add \`expose: [${route.port}]\` to ${service.name}`], location: route.location, service: service.name });
  }
  return findings;
}

interface Around {
  readonly builds: Readonly<Record<string, DesiredBuild>>;
  readonly job: boolean;
  readonly external: ReadonlySet<string>;
}

async function desiredService(input: DesireInput, service: ComposeService, around: Around): Promise<{ readonly service: DesiredService; readonly uploads: readonly Upload[]; readonly secrets: MountedSecrets; readonly findings: readonly Finding[] }> {
  const { model, settings, version } = input;
  const { name } = service;
  const findings: Finding[] = [];
  const location = model.locate(['services', name]);
  const own = settings.services[name] ?? serviceDefaults(location);
  const build = around.builds[name];
  const known = build === undefined && service.image !== undefined ? input.images?.[service.image] : undefined;
  const classified = classify(service, { settings: own, job: around.job, built: build !== undefined, image: known });
  const mounts = around.external.has(name) ? { definition: service.definition, files: [], uploads: [], secrets: { names: [], texts: [] }, findings: [] } : await mountsOf({ model, service, files: input.files, variables: settings.variables, secrets: input.secrets ?? {}, ...(input.valuesKey === undefined ? {} : { valuesKey: input.valuesKey }) });
  const health = hasHealthcheck(service, known);
  const routed = settings.routes.some((route) => route.service === name);
  const obstacles = obstaclesOf({ model, service, settings: own, classified, healthcheck: health, routed });
  const replicas = classified.kind === 'job' || classified.kind === 'external' ? 1 : (own.replicas ?? service.replicas ?? 1);
  if (!around.external.has(name)) findings.push(...mounts.findings, ...(await developmentMounts({ model, service, built: build, image: known, files: input.files })), ...countFindings(input, service, classified, own, replicas));
  if (service.build !== undefined && !isRemoteContext(service.build.context)) {
    const context = await input.files.stat(service.build.context).catch(() => undefined);
    if (context?.kind !== 'folder') error(findings, 'SC1431', `${name} is built from ${service.build.context}, which is ${context === undefined ? 'not there' : 'no folder'}`, ['correct `build`: it names a folder, relative to the Compose file'], model.locate(['services', name, 'build']), name);
  }
  const reference = build === undefined ? (service.image ?? '') : `${settings.registry === undefined ? '' : `${settings.registry}/`}${settings.project}-${build.services[0] as string}:${version}`;
  if (build !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(version)) error(findings, 'SC1410', `the version \`${version}\` cannot be the tag of an image`, ['use letters, digits, `_`, `.` and `-`: --version 1.2.3'], location, name);
  const definition: Readonly<Record<string, Json>> = sortedDeep<Readonly<Record<string, Json>>>({ ...mounts.definition, ...restart(model, service, classified, findings) });
  return {
    service: {
      name,
      kind: classified.kind,
      role: own.role ?? 'app',
      replicas,
      singleton: own.singleton,
      location,
      definition,
      dependsOn: service.dependsOn.filter((one: Dependency) => !around.external.has(one.service)),
      image: { reference, ...(known === undefined ? {} : { id: known.id }) },
      ...(build === undefined ? {} : { build }),
      variables: Object.keys(service.environment).sort(compare),
      ...(input.valuesKey === undefined ? {} : { valuesDigest: createHmac('sha256', input.valuesKey).update(canonicalJson(filled(service.environment, input.secrets ?? {}))).digest('hex') }),
      files: mounts.files,
      healthcheck: health,
      healthTimeoutMs: own.healthTimeoutMs,
      settleMs: own.settleMs,
      drainMs: own.drainMs,
      stopGraceMs: durationMs(definition.stop_grace_period, 10_000),
      ...(own.strategy === undefined ? {} : { strategy: own.strategy }),
      obstacles,
      routed,
    },
    uploads: mounts.uploads,
    secrets: mounts.secrets,
    findings,
  };
}

function hasHealthcheck(service: ComposeService, image: ImageState | undefined): boolean {
  const { healthcheck } = service.definition;
  if (isRecord(healthcheck) && healthcheck.disable === true) return false;
  return (isRecord(healthcheck) && healthcheck.test !== undefined) || image?.healthcheck === true;
}

/** More than one where only one can be. */
function countFindings({ model }: DesireInput, service: ComposeService, classified: Classified, own: ServiceSettings, replicas: number): readonly Finding[] {
  const findings: Finding[] = [];
  if (!Number.isInteger(replicas) || replicas < 0) error(findings, 'SC1411', `${service.name} cannot have ${replicas} replicas`, ['give it 0 or more'], own.location, service.name);
  if (replicas < 2) return findings;
  const refuse = (why: string, next: string, path: readonly string[], location = model.locate(['services', service.name, ...path])): void => error(findings, 'SC1411', `${service.name} has ${replicas} replicas and ${why}`, [next, 'or give it one replica'], location, service.name);
  if (classified.kind === 'data') refuse('holds data, of which there must be one', 'write `data: false` where its containers may share what they write', []);
  if (classified.kind === 'service' && classified.writable.length > 0) refuse(`writes to a volume at ${classified.writable[0] as string}, which only one may do`, 'mount it read-only', ['volumes']);
  if (own.singleton) refuse('is a singleton', 'remove `singleton`', [], own.location);
  if (service.definition.container_name !== undefined) refuse('a fixed container name', 'remove `container_name`', ['container_name']);
  if (service.definition.network_mode === 'host') refuse('uses the network of the host', 'remove `network_mode: host`', ['network_mode']);
  for (const port of members(service.definition.ports)) {
    if (typeof port.published === 'string' && !port.published.includes('-')) refuse(`publishes port ${port.published} of the host, which only one can`, 'publish no port, and give it a route', [], placeOfPort(model, service.name, port.published));
  }
  return findings;
}

/** Long-running services come back after a crash and a reboot; a job does not run again. */
function restart(model: ComposeModel, service: ComposeService, classified: Classified, findings: Finding[]): { readonly restart?: string } {
  const written = service.definition.restart;
  if (classified.kind === 'external') return {};
  if (classified.kind === 'job') return { restart: typeof written === 'string' && written.startsWith('on-failure') ? written : 'no' };
  if (written === undefined) return { restart: 'always' };
  const why: Readonly<Record<string, string>> = { no: 'it stays down after a crash and after a reboot', 'on-failure': 'it stays down after a reboot', 'unless-stopped': 'it stays down where the engine itself was killed' };
  const reason = why[String(written).split(':')[0] as string];
  if (reason !== undefined) findings.push({ severity: 'warning', code: 'SC1412', message: `${service.name} has \`restart: ${String(written)}\`: ${reason}`, next: ['write `restart: always`, or leave it out'], location: model.locate(['services', service.name, 'restart']), service: service.name });
  return {};
}

function uses(service: DesiredService, top: 'networks' | 'volumes', key: string): boolean {
  const { definition } = service;
  if (top === 'volumes') return members(definition.volumes).some((mount) => mount.type === 'volume' && mount.source === key);
  if (isRecord(definition.networks)) return key in definition.networks;
  return key === 'default' && definition.network_mode === undefined;
}

function error(findings: Finding[], code: string, message: string, next: readonly string[], location: NonNullable<Finding['location']>, service?: string): void {
  findings.push({ severity: 'error', code, message, next, location, ...(service === undefined ? {} : { service }) });
}

