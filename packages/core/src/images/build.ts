import type { BuildInputs } from '../compose/build-inputs.js';
import type { Desired, DesiredBuild, DesiredService } from '../compose/model.js';
import { fail } from '../errors/index.js';
import type { BackendProvider, BuildRequest } from '../plugin-api/backend.js';
import type { Context } from '../plugin-api/context.js';
import type { Clock } from '../ports/clock.js';
import type { Containers } from '../ports/containers.js';
import type { Exec } from '../ports/exec.js';
import type { Files } from '../ports/files.js';
import { contextDigest } from './context-digest.js';

/** The label that says of what an image was built. */
const contextLabel = 'stagecraft.context';

export interface Builder {
  readonly files: Files;
  readonly exec: Exec;
  readonly containers: Pick<Containers, 'image' | 'images'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What builds read and no plan holds, by the service that names the image. Secret. */
  readonly inputs: Readonly<Record<string, BuildInputs>>;
  /** The provider of a build, loaded, with its context. */
  backend(build: DesiredBuild): Promise<{ readonly provider: BackendProvider; readonly context: Context }>;
}

export interface BuildChoices {
  readonly pull: boolean;
  readonly noCache: boolean;
}

/** An image that was built: its id, and its digest once it was pushed. */
export interface BuiltImage {
  readonly id: string;
  readonly digest?: string;
}

export interface ImageBuilt {
  readonly services: readonly string[];
  readonly reference: string;
  readonly id: string;
  /** Nothing that the build reads has changed since the image was built. */
  readonly cached: boolean;
  readonly durationMs: number;
}

/** What is to be built: one entry an image, in lexical order of the services that name them. */
export function builds(desired: Desired): readonly DesiredService[] {
  return desired.services.filter((service) => service.build?.services[0] === service.name);
}

/** Images that a build would give again, by reference: what a plan can know without building. */
export async function builtAlready(builder: Pick<Builder, 'files' | 'containers' | 'inputs'>, desired: Desired): Promise<Readonly<Record<string, BuiltImage>>> {
  const found = await Promise.all(builds(desired).map(async (service) => [service.image.reference, (await present(builder, desired, service, requestOf(builder, desired, service, { pull: false, noCache: false })))?.id] as const));
  return Object.fromEntries(found.flatMap(([reference, id]) => (id === undefined ? [] : [[reference, { id }]])));
}

/** Builds one image, or finds that the engine has it already. */
export async function buildImage(builder: Builder, desired: Desired, service: DesiredService, choices: BuildChoices): Promise<ImageBuilt> {
  const begun = builder.clock.now();
  const request = requestOf(builder, desired, service, choices);
  const ended = (id: string, cached: boolean): ImageBuilt => ({ services: request.services, reference: request.tag, id, cached, durationMs: builder.clock.now() - begun });
  const found = await present(builder, desired, service, request);
  if (found?.id !== undefined) {
    if (!found.tags.includes(request.tag)) await tag(builder, found.id, request.tag);
    return ended(found.id, true);
  }
  const { provider, context } = await builder.backend(buildOf(service));
  const built = await provider.build(context, found ? { ...request, labels: { ...request.labels, [contextLabel]: found.digest } } : request);
  return ended(built.id, false);
}

function buildOf(service: DesiredService): DesiredBuild {
  if (!service.build) throw fail({ code: 'SC4001', kind: 'bug', message: `${service.name} has nothing to build` });
  return service.build;
}

function requestOf(builder: Pick<Builder, 'inputs'>, desired: Desired, service: DesiredService, choices: BuildChoices): BuildRequest {
  const build = buildOf(service);
  const { args, secrets } = builder.inputs[service.name] ?? { args: {}, secrets: [] };
  return {
    services: build.services,
    tag: service.image.reference,
    context: build.context,
    ...(build.dockerfile === undefined ? {} : { dockerfile: build.dockerfile }),
    ...(build.target === undefined ? {} : { target: build.target }),
    args,
    ...(secrets.length === 0 ? {} : { secrets }),
    labels: { ...build.labels, 'stagecraft.project': desired.project, 'stagecraft.service': service.name },
    platforms: build.platforms,
    ...choices,
  };
}

/** The digest of what the build reads, and the image that was built of the same, when there is one. Undefined: only a build can tell. */
async function present(builder: Pick<Builder, 'files' | 'containers'>, desired: Desired, service: DesiredService, request: BuildRequest): Promise<{ readonly digest: string; readonly id?: string; readonly tags: readonly string[] } | undefined> {
  // A provider's own settings may change what is read: then only its build can tell.
  if (Object.keys(buildOf(service).config).length > 0 || request.pull || request.noCache) return undefined;
  const digest = await contextDigest(request, buildOf(service).argsDigest, builder.files, builder.containers);
  if (digest === undefined) return undefined;
  const image = (await builder.containers.images({ [contextLabel]: digest, 'stagecraft.project': desired.project, 'stagecraft.service': service.name })).at(0);
  return { digest, tags: image?.tags ?? [], ...(image ? { id: image.id } : {}) };
}

async function tag(builder: Builder, id: string, reference: string): Promise<void> {
  const result = await builder.exec.run(['docker', 'tag', id, reference], { signal: builder.signal });
  if (result.exitCode !== 0) throw fail({ code: 'SC4002', kind: 'external', message: `The engine did not tag ${id.slice(0, 19)} as ${reference}: ${result.stderr.trim()}`, next: ['docker images'] });
}
