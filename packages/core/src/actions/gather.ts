import { desire } from '../compose/desire.js';
import { glance } from '../compose/glance.js';
import { readCompose } from '../compose/read.js';
import type { ComposeModel, Desired } from '../compose/model.js';
import { placeOfPort } from '../compose/places.js';
import type { Places } from '../observe/clashes.js';
import { builtAlready, type BuiltImage } from '../images/build.js';
import { hostFacts, preflightAll, type HostFacts } from '../observe/preflight.js';
import { observeAll } from '../observe/observe.js';
import type { PlanInput } from '../plan/types.js';
import type { Finding } from '../plugin-api/failure.js';
import type { ImageState } from '../ports/containers.js';
import { secretLooking } from '../secrets/looks-secret.js';
import type { ResolvedSecrets } from '../secrets/resolve-secrets.js';
import type { KeptSecrets } from '../secrets/kept.js';
import type { BuildInputs } from '../compose/build-inputs.js';
import { builderOf, remoteBuilder } from './builder.js';
import type { OpenHost } from './host.js';
import { forHosts } from './inventory.js';
import { readKey } from './key.js';
import { missingLogins } from './logins.js';
import { environmentSecrets } from './secrets.js';
import { loadProxy, providersOf, type LoadedProxy } from './proxy.js';
import type { Loaded } from './settings.js';
import type { Workspace } from './types.js';

/** Everything that a live plan is made of, and what a release needs beside the plan. */
export interface Gathered {
  readonly input: Pick<PlanInput, 'desired' | 'observation' | 'version' | 'providers' | 'findings'>;
  /** Environment by service. Secret. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What of them is made of named secrets. Secret. */
  readonly secrets: KeptSecrets;
  readonly uploads: readonly { readonly path: string; readonly content: Uint8Array; readonly mode: number }[];
  readonly proxy: LoadedProxy | undefined;
}

/** The same, with what a second gathering for the same release need not ask again. */
export interface GatheredFromFiles extends Gathered {
  readonly model: ComposeModel;
  /** By host. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly resolved: ResolvedSecrets;
  /** What builds read, by the service that names the image. Secret. */
  readonly builds: Readonly<Record<string, BuildInputs>>;
}

export interface GatherOptions {
  readonly version: string;
  readonly pull: boolean;
  /** What was noticed before. */
  readonly findings?: readonly Finding[] | Promise<readonly Finding[]>;
  /** What was built, by reference. */
  readonly built?: Readonly<Record<string, BuiltImage>>;
  /** Ids of containers that are to be adopted. */
  readonly adopting?: readonly string[];
  /** The draft's: what is sealed is what was drafted, whatever became of the Compose files meanwhile. The host is asked anew. */
  readonly before?: GatheredFromFiles;
}

/** Reads the project's files and asks the hosts, and brings both into one input for the planner. */
export async function gather(ws: Workspace, hosts: readonly OpenHost[], loaded: Loaded, options: GatherOptions): Promise<GatheredFromFiles> {
  const { settings, index } = loaded;
  const { before } = options;
  // What waits for a process or the engine begins at once; of several failures the first in this order is told.
  const asking = inBackground(Promise.all(hosts.map(async (host) => [host.name, await hostFacts(host, before?.facts.get(host.name)?.compose)] as const)));
  const describing = describe(ws, hosts, loaded, options);
  const observing = inBackground(observeAll(hosts, describing.then(({ desired }) => desired.services.map((service) => service.image.reference)), settings.composeProject));
  const { model, proxy, desired, now, resolved } = await describing;
  const observation = await observing;
  const facts = new Map(await asking);
  const findings: Finding[] = [
    ...((await options.findings) ?? []),
    ...settings.findings,
    ...resolved.findings,
    ...model.findings,
    ...now.findings,
    ...missingLogins(settings, resolved.values, ws.processEnv, desired.services.map((service) => service.image.reference)),
    ...(proxy?.provider.check?.(glance(model)) ?? []),
    ...(await preflightAll(hosts, (host) => ({ host, ...remoteBuilder(ws, host), desired, observation, proxy: proxy?.provider.id, places: placesOf(model, loaded), ...factsOf(facts, host), folder: ws.folder, adopting: options.adopting ?? [] }))),
  ];
  return { input: { desired, observation, version: options.version, providers: providersOf(desired, index, proxy), findings }, values: now.values, secrets: now.secrets, builds: now.builds, uploads: now.uploads, proxy, model, facts, resolved };
}

function placesOf(model: ComposeModel, { config, settings }: Loaded): Places {
  return { compose: (path) => model.locate(path), port: (service, published) => placeOfPort(model, service, published), project: config.locate(['environments', settings.environment, 'compose_project']) };
}

/** What the project's files ask for, with the images that the host has. */
async function describe(ws: Workspace, hosts: readonly OpenHost[], loaded: Loaded, { before, built, pull, version }: GatherOptions): Promise<{ readonly model: ComposeModel; readonly proxy: LoadedProxy | undefined; readonly desired: Desired; readonly now: Awaited<ReturnType<typeof desire>>; readonly resolved: ResolvedSecrets }> {
  const resolved = before?.resolved ?? (await environmentSecrets(ws, loaded));
  const settings = forHosts(resolved.settings, hosts);
  const [model, proxy, valuesKey] = await Promise.all([before?.model ?? readCompose({ files: ws.files, exec: ws.exec, folder: ws.folder, settings }), before ? before.proxy : loadProxy(loaded.index, settings), readKey(hosts)]);
  const images = await imagesOf(hosts, Object.values(model.services).flatMap((service) => (service.image && !service.build ? [service.image] : [])));
  const now = await desire({ model, settings, secrets: resolved.values, version, files: ws.files, images, ...(valuesKey ? { valuesKey } : {}), ...(proxy ? { proxyPackage: proxy.package } : {}) });
  const ids = built ?? (pull ? {} : await builtAlready({ files: ws.files, containers: builderOf(ws, hosts), inputs: now.builds }, now.desired));
  // Env files of services may hold what looks like a secret as well.
  for (const values of Object.values(now.values)) ws.io.hide?.(secretLooking(values));
  for (const { mounted = [] } of Object.values(now.secrets)) ws.io.hide?.(mounted);
  return { model, proxy, desired: withImages(now.desired, pull ? images : {}, ids), now, resolved };
}

function factsOf(facts: ReadonlyMap<string, HostFacts>, { name }: OpenHost): { readonly facts?: HostFacts } {
  const known = facts.get(name);
  return known ? { facts: known } : {};
}

/** A failure counts when the promise is awaited; until then nobody has to hear of it. */
function inBackground<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

/** Images by reference, as the first host that has them knows them. */
async function imagesOf(hosts: readonly OpenHost[], references: readonly string[]): Promise<Record<string, ImageState>> {
  const first = async (reference: string): Promise<ImageState | undefined> => (await Promise.all(hosts.map((host) => host.containers.image(reference)))).find((image) => image !== undefined);
  const found = await Promise.all([...new Set(references)].sort().map(async (reference) => [reference, await first(reference)] as const));
  return Object.fromEntries(found.flatMap(([reference, image]) => (image ? [[reference, image]] : [])));
}

/**
 * Images by id: what was built, and with `--pull` what the host has under a third-party tag now. Without it such a tag keeps the id that the serving release
 * recorded, as the planner knows.
 */
function withImages(desired: Desired, present: Readonly<Record<string, ImageState>>, built: Readonly<Record<string, BuiltImage>>): Desired {
  return {
    ...desired,
    services: desired.services.map((service) => {
      const { reference } = service.image;
      const id = present[reference]?.id;
      return { ...service, image: { reference, ...(service.build ? built[reference] : id === undefined ? {} : { id }) } };
    }),
  };
}
