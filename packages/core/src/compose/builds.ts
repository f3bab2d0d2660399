import { createHmac } from 'node:crypto';
import type { BackendSettings, Settings } from '../config/types.js';
import type { Finding } from '../plugin-api/failure.js';
import { canonicalJson, compare } from './canonical-json.js';
import type { ComposeBuild, ComposeModel, ComposeService, DesiredBuild } from './model.js';

export interface Builds {
  /** By service: what builds its image. */
  readonly of: Readonly<Record<string, DesiredBuild>>;
  /** By the service that names the image: values of the build arguments. Secret. */
  readonly args: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly findings: readonly Finding[];
}

const bareBuild: ComposeBuild = { context: '.', args: {}, labels: {}, platforms: [] };

/**
 * Who builds what. Services with the same build by the same provider share one image, and so does a service that only names the image of one that is built;
 * the first in lexical order names and builds it.
 */
export function buildsOf(model: ComposeModel, services: readonly ComposeService[], settings: Pick<Settings, 'backends'>, valuesKey?: string): Builds {
  const findings: Finding[] = [];
  for (const backend of settings.backends) {
    for (const name of backend.services.filter((one) => model.services[one] === undefined)) {
      findings.push({ severity: 'error', code: 'SC1402', message: `the backend ${backend.name} names the service \`${name}\`, which the Compose files do not have`, next: [`correct it; there are: ${Object.keys(model.services).join(', ')}`], location: backend.location });
    }
  }
  const named = new Set(settings.backends.flatMap((backend) => backend.services));
  const backendOf = (service: ComposeService): BackendSettings | undefined => settings.backends.find((backend) => backend.services.includes(service.name)) ?? (named.has(service.name) ? undefined : settings.backends.find((backend) => backend.services.length === 0));
  const byImage = new Map(services.filter((service) => service.build !== undefined && service.image !== undefined).map((service) => [service.image as string, service]));

  const groups = new Map<string, { readonly build: ComposeBuild; readonly backend: BackendSettings | undefined; readonly services: string[] }>();
  for (const service of [...services].sort((a, b) => compare(a.name, b.name))) {
    const source = service.build !== undefined ? service : service.image === undefined ? undefined : byImage.get(service.image);
    const explicit = settings.backends.find((backend) => backend.services.includes(service.name));
    // A backend may build for a service that has no `build:` itself: as the one of its services that has.
    const build = source?.build ?? (explicit === undefined ? undefined : (services.find((one) => one.build !== undefined && explicit.services.includes(one.name))?.build ?? bareBuild));
    if (build === undefined) continue;
    const backend = source !== undefined && source !== service && explicit === undefined ? backendOf(source) : backendOf(service);
    const key = canonicalJson([build, backend?.name ?? null, backend?.provider ?? 'generic', backend?.config ?? {}]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { build, backend, services: [service.name] });
    else group.services.push(service.name);
  }
  const of = [...groups.values()].flatMap(({ build: { args, ...build }, backend, services: users }) => {
    const names = Object.keys(args).sort(compare);
    const digest = valuesKey === undefined || names.length === 0 ? {} : { argsDigest: createHmac('sha256', valuesKey).update(canonicalJson(args)).digest('hex') };
    return users.map((name): [string, DesiredBuild] => [name, { ...build, args: names, ...digest, services: users, provider: backend?.provider ?? 'generic', config: backend?.config ?? {} }]);
  });
  return { of: Object.fromEntries(of), args: Object.fromEntries([...groups.values()].map(({ build, services: users }) => [users[0] as string, build.args])), findings };
}
