import { createHash } from 'node:crypto';
import { canonicalJson, compare } from './canonical-json.js';
import type { DesiredService } from './model.js';

export { dependencyOrder } from './order.js';

/** Digest of a mounted file whose content counts as secret, where the environment's key is not known. */
export const unknownDigest = 'unknown';

/**
 * What a container of the service is made of, as one digest: image, definition, mounted files, values. Replicas, roles, time-outs and release labels do not
 * count. Undefined while the image's id, the values or a mounted secret are unknown.
 */
export function serviceDigest(service: DesiredService): string | undefined {
  if (service.image.id === undefined || (service.valuesDigest === undefined && service.variables.length > 0)) return undefined;
  if (service.files.some((file) => file.digest === unknownDigest)) return undefined;
  return digestOf({ ...structure(service), image: service.image.id, values: service.valuesDigest ?? '', files: filesOf(service) });
}

/** What does not depend on image, values and contents of files: the definition, the names of variables and the places of files. */
export function structureDigest(service: DesiredService): string {
  return digestOf(structure(service));
}

/**
 * Names of what differs between two states of one service, sorted: `image`, `environment`, `files`, `definition.command`. What either side does not know
 * counts as no difference, except variables that one side has and the other has not.
 */
export function differences(a: DesiredService, b: DesiredService): string[] {
  const found: string[] = [];
  if (imageDiffers(a, b)) found.push('image');
  const values = a.valuesDigest !== undefined && b.valuesDigest !== undefined && a.valuesDigest !== b.valuesDigest;
  if (values || canonicalJson(a.variables) !== canonicalJson(b.variables)) found.push('environment');
  if (filesDiffer(a, b)) found.push('files');
  const [one, other] = [definitionOf(a), definitionOf(b)];
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) if (canonicalJson(one[key]) !== canonicalJson(other[key])) found.push(`definition.${key}`);
  return found.sort(compare);
}

function imageDiffers(a: DesiredService, b: DesiredService): boolean {
  if (a.image.id !== undefined && b.image.id !== undefined) return a.image.id !== b.image.id;
  // A built image has a new name with every version; its id alone tells.
  return a.build === undefined && b.build === undefined && a.image.reference !== b.image.reference;
}

function filesDiffer(a: DesiredService, b: DesiredService): boolean {
  const known = (service: DesiredService): Map<string, string> => new Map(service.files.map((file) => [`${file.source}\0${file.path.split('/').slice(2).join('/')}`, `${file.digest} ${file.mode}`]));
  const [one, other] = [known(a), known(b)];
  const unknown = (digest: string | undefined): boolean => digest?.startsWith(unknownDigest) === true;
  return [...new Set([...one.keys(), ...other.keys()])].some((key) => one.get(key) !== other.get(key) && !(one.has(key) && other.has(key) && (unknown(one.get(key)) || unknown(other.get(key)))));
}

function structure(service: DesiredService): Readonly<Record<string, unknown>> {
  return { name: service.name, definition: definitionOf(service), variables: service.variables };
}

function filesOf(service: DesiredService): readonly unknown[] {
  return service.files.map(({ path, digest, mode }) => ({ path, digest, mode }));
}

/** The definition with mounted files named by place alone: their content is told by `files`. */
function definitionOf(service: DesiredService): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(service.definition), (_, value: unknown) => (typeof value === 'string' ? value.replace(/^files\/[^/]+\//, 'files/') : value)) as Readonly<Record<string, unknown>>;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
