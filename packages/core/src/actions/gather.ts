import { desire } from '../compose/desire.js';
import { glance } from '../compose/glance.js';
import { readCompose } from '../compose/read.js';
import type { Desired } from '../compose/model.js';
import { builtAlready } from '../images/build.js';
import { preflight } from '../observe/preflight.js';
import { observe } from '../observe/observe.js';
import type { PlanInput } from '../plan/types.js';
import type { Finding } from '../plugin-api/failure.js';
import type { ImageState } from '../ports/containers.js';
import type { OpenHost } from './host.js';
import { loadProxy, providersOf, type LoadedProxy } from './proxy.js';
import type { Loaded } from './settings.js';
import type { Workspace } from './types.js';

/** Everything that a live plan is made of, and what a release needs beside the plan. */
export interface Gathered {
  readonly input: Pick<PlanInput, 'desired' | 'observation' | 'version' | 'providers' | 'findings'>;
  /** Environment by service. Secret. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly uploads: readonly { readonly path: string; readonly content: Uint8Array; readonly mode: number }[];
  readonly proxy: LoadedProxy | undefined;
}

export interface GatherOptions {
  readonly version: string;
  readonly pull: boolean;
  /** What was noticed before. */
  readonly findings?: readonly Finding[];
  /** Ids of what was built, by reference. */
  readonly built?: Readonly<Record<string, string>>;
}

/** Reads the project's files and asks the host, and brings both into one input for the planner. */
export async function gather(ws: Workspace, host: OpenHost, loaded: Loaded, options: GatherOptions): Promise<Gathered> {
  const { settings, index } = loaded;
  const [model, proxy, valuesKey] = await Promise.all([readCompose({ files: ws.files, exec: ws.exec, folder: ws.folder, settings }), loadProxy(index, settings), host.store.readKey()]);
  const images = await imagesOf(host, Object.values(model.services).flatMap((service) => (service.image && !service.build ? [service.image] : [])));
  const desiredNow = await desire({ model, settings, version: options.version, files: ws.files, images, ...(valuesKey ? { valuesKey } : {}), ...(proxy ? { proxyPackage: proxy.package } : {}) });
  const built = options.built ?? (options.pull ? {} : await builtAlready({ files: ws.files, containers: host.containers }, desiredNow.desired));
  const desired = withImages(desiredNow.desired, images, built);
  const observation = await observe({ ...host, name: host.name }, desired.services.map((service) => service.image.reference), settings.composeProject);
  const findings: Finding[] = [
    ...(options.findings ?? []),
    ...settings.findings,
    ...model.findings,
    ...desiredNow.findings,
    ...(proxy?.provider.check?.(glance(model)) ?? []),
    ...(await preflight({ host, desired, observation, proxy: proxy?.provider.id })),
  ];
  return { input: { desired, observation, version: options.version, providers: providersOf(desired, index, proxy), findings }, values: desiredNow.values, uploads: desiredNow.uploads, proxy };
}

async function imagesOf(host: OpenHost, references: readonly string[]): Promise<Record<string, ImageState>> {
  const found = await Promise.all([...new Set(references)].sort().map(async (reference) => [reference, await host.containers.image(reference)] as const));
  return Object.fromEntries(found.flatMap(([reference, image]) => (image ? [[reference, image]] : [])));
}

/** Images by id where it is known: what is on the host, and what was just built. */
function withImages(desired: Desired, present: Readonly<Record<string, ImageState>>, built: Readonly<Record<string, string>>): Desired {
  return {
    ...desired,
    services: desired.services.map((service) => {
      const id = service.build ? built[service.image.reference] : (present[service.image.reference]?.id ?? service.image.id);
      return id === undefined ? service : { ...service, image: { ...service.image, id } };
    }),
  };
}
