import { desire } from '../compose/desire.js';
import type { Desired, DesiredBuild, DesiredImage, DesiredService } from '../compose/model.js';
import { readCompose } from '../compose/read.js';
import { canonicalJson } from '../compose/canonical-json.js';
import { fail } from '../errors/index.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { refuseFindings } from './findings.js';
import type { OpenHost } from './host.js';
import { readValues } from './sealed.js';
import { environmentSecrets } from './secrets.js';
import { loadSettings } from './settings.js';
import type { Workspace } from './types.js';

/** What a one-off container is made of. */
export interface OneOffSource {
  readonly service: DesiredService;
  /** Its environment. Secret. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * A service as it was sealed with the serving release; or one that a profile leaves out of it, which no release holds: as the project's files say, in an
 * image that the release or the host has.
 */
export async function oneOffSource(ws: Workspace, host: OpenHost, release: ReleaseRecord, serving: Desired, name: string): Promise<OneOffSource> {
  const sealed = serving.services.find((service) => service.name === name && service.kind !== 'external');
  const source = sealed ? { service: sealed, values: (await readValues([host], release.id))[name] ?? {} } : await profiled(ws, host, release, serving, name);
  const { image } = source.service;
  if (!(await host.containers.image(image.id ?? image.reference)))
    throw fail({ code: 'SC5056', kind: 'external', message: `${host.name} has not the image of ${name}: ${image.reference}${image.id ? ` (${image.id.slice(0, 19)})` : ''}.`, next: image.id ? ['stagecraft deploy'] : [`docker pull ${image.reference}`], location: source.service.location });
  return source;
}

async function profiled(ws: Workspace, host: OpenHost, release: ReleaseRecord, serving: Desired, name: string): Promise<OneOffSource> {
  const known = serving.services.filter((service) => service.kind !== 'external').map((service) => service.name);
  const loaded = await loadSettings(ws).catch((error: unknown) => {
    // Without the project's files there is only what the release holds.
    throw known.length === 0 ? error : unknownService(serving, name, known);
  });
  const secrets = await environmentSecrets(ws, loaded);
  const { settings } = secrets;
  const model = await readCompose({ files: ws.files, exec: ws.exec, folder: ws.folder, settings, signal: ws.signal });
  const section = model.services[name];
  if (!section || settings.services[name]?.mode === 'external') throw unknownService(serving, name, [...new Set([...known, ...Object.keys(model.services)])].sort());
  const valuesKey = await host.store.readKey();
  const asked = await desire({ model, settings: { ...settings, profiles: [...settings.profiles, ...section.profiles] }, secrets: secrets.values, version: release.version, files: ws.files, ...(valuesKey ? { valuesKey } : {}) });
  refuseFindings([...secrets.findings, ...asked.findings.filter((finding) => finding.service === name)]);
  const service = asked.desired.services.find((one) => one.name === name);
  if (!service) throw unknownService(serving, name, known);
  await host.store.putFilesByContent(asked.uploads.filter((upload) => service.files.some((file) => file.path === upload.path)));
  return { service: { ...service, image: imageOf(service, serving) }, values: asked.values[name] ?? {} };
}

/** The image that the release has for the same build or reference. */
function imageOf(service: DesiredService, serving: Desired): DesiredImage {
  const { build } = service;
  if (!build) return serving.services.find((other) => other.image.reference === service.image.reference)?.image ?? service.image;
  const same = serving.services.find((other) => other.build && recipe(other.build) === recipe(build));
  if (same) return same.image;
  throw fail({
    code: 'SC5057',
    kind: 'user',
    message: `${service.name} is built, but the serving release has no such image: its profile was off when that was deployed.`,
    next: ["Turn its profile on under the environment's `profiles`, then: stagecraft deploy"],
    location: service.location,
  });
}

function recipe({ context, dockerfile, target, args, argsDigest }: DesiredBuild): string {
  return canonicalJson({ context, dockerfile: dockerfile ?? null, target: target ?? null, args, argsDigest: argsDigest ?? null });
}

function unknownService(serving: Desired, name: string, known: readonly string[]): Error {
  return fail({ code: 'SC5055', kind: 'user', message: `${serving.project} has no service ${name} that could be run in ${serving.environment}.`, next: [`Services: ${known.join(', ')}`] });
}
