import { createHmac } from 'node:crypto';
import { canonicalJson } from '../compose/canonical-json.js';
import type { Desired, DesiredService } from '../compose/model.js';
import type { KeptSecrets, KeptValues } from '../secrets/kept.js';
import { withSecretsOf } from '../secrets/kept.js';
import { secretLooking } from '../secrets/looks-secret.js';
import type { EnvironmentStore } from '../protocol/store.js';

/** Secret values that the host keeps, of every release: old containers may still log those of before. None where they cannot be read. */
export async function keptValues(store: Pick<EnvironmentStore, 'readSecrets'>): Promise<readonly string[]> {
  const files = await store.readSecrets().catch(() => []);
  return [...new Set(files.flatMap(({ name, text }) => valuesIn(name, text)))];
}

function valuesIn(name: string, text: string): readonly string[] {
  try {
    if (name.endsWith('.parts.json')) return Object.values(JSON.parse(text) as KeptSecrets).flatMap(({ values, mounted = [] }) => [...Object.values(values), ...mounted]);
    return Object.values(JSON.parse(text) as KeptValues['values']).flatMap(secretLooking);
  } catch {
    // Damaged: what needs it says so.
    return [];
  }
}

/** A sealed model, and its values. */
export interface Sealed {
  readonly desired: Desired;
  readonly kept: KeptValues;
}

/** An earlier release as it is rolled back to: its model, with the secrets that serve today, in variables and in mounted files. */
export function withTodaysSecrets(earlier: Sealed, serving: Sealed, key: string): Sealed {
  const kept = withSecretsOf(serving.kept.secrets, earlier.kept);
  const services = earlier.desired.services.map((service) => {
    const own = serving.desired.services.find((one) => one.name === service.name);
    const [values, before] = [kept.values[service.name], earlier.kept.values[service.name]];
    const valuesDigest = canonicalJson(values) === canonicalJson(before) ? {} : { valuesDigest: createHmac('sha256', key).update(canonicalJson(values)).digest('hex') };
    return own === undefined ? { ...service, ...valuesDigest } : { ...withFilesOf(own, service), ...valuesDigest };
  });
  return { desired: { ...earlier.desired, services }, kept };
}

/** Secret files are named by content: today's content has another name, and lies on the host already. */
function withFilesOf(serving: DesiredService, service: DesiredService): DesiredService {
  const today = new Map(serving.files.filter(isSecretFile).map((file) => [file.source, file.digest]));
  const changed = new Map(service.files.filter(isSecretFile).flatMap((file) => (today.get(file.source) === undefined || today.get(file.source) === file.digest ? [] : [[file.digest, today.get(file.source) as string]])));
  if (changed.size === 0) return service;
  const renamed = (text: string): string => {
    const digest = /^files\/([0-9a-f]+)\//.exec(text)?.[1];
    return digest !== undefined && changed.has(digest) ? text.replace(digest, changed.get(digest) as string) : text;
  };
  return {
    ...service,
    definition: JSON.parse(JSON.stringify(service.definition), (_, value: unknown) => (typeof value === 'string' ? renamed(value) : value)) as DesiredService['definition'],
    files: service.files.map((file) => ({ ...file, path: renamed(file.path), digest: changed.get(file.digest) ?? file.digest })),
  };
}

/** A config that secrets were put into holds more than them: it stays the earlier release's. */
function isSecretFile(file: DesiredService['files'][number]): boolean {
  return file.secret && !file.source.startsWith('config:');
}
