import { secretsIn, partsOf, textOfParts, type Part } from './markers.js';

type Values = Readonly<Record<string, string>>;

/** What of a service's environment is made of secrets. It is kept with the values of a release, so that a rollback can take today's. Secret. */
export interface ServiceSecrets {
  /** By variable. */
  readonly parts: Readonly<Record<string, readonly Part[]>>;
  /** By name. */
  readonly values: Values;
  /** Texts of files that it reads as secrets, whether made of names or not. */
  readonly mounted?: readonly string[];
}

/** What a service can read of secrets in files. */
export interface MountedSecrets {
  readonly names: readonly string[];
  readonly texts: readonly string[];
}

export type KeptSecrets = Readonly<Record<string, ServiceSecrets>>;

/**
 * Of an environment with markers in it, what is made of secrets; undefined where nothing is.
 * @param mounted what its containers read in files: they may tell that as well.
 */
export function secretsOf(environment: Values, values: Values, mounted: MountedSecrets = { names: [], texts: [] }): ServiceSecrets | undefined {
  const parts = Object.entries(environment).filter(([, text]) => secretsIn(text).length > 0).map(([name, text]) => [name, partsOf(text)] as const);
  const names = sorted([...mounted.names, ...parts.flatMap(([, pieces]) => namesIn(pieces))]);
  const texts = sorted(mounted.texts);
  if (names.length === 0 && texts.length === 0) return undefined;
  return { parts: Object.fromEntries(parts), values: Object.fromEntries(names.map((name) => [name, values[name] ?? ''])), ...(texts.length === 0 ? {} : { mounted: texts }) };
}

/** Values and secrets of every service. */
export interface KeptValues {
  readonly values: Readonly<Record<string, Values>>;
  readonly secrets: KeptSecrets;
}

/**
 * The values of an earlier release with the secrets that serve today: those of the same service, else those of another one that has the name, else its own. What is no
 * secret stays as the earlier release had it.
 */
export function withSecretsOf(serving: KeptSecrets, earlier: KeptValues): KeptValues {
  const others = Object.assign({}, ...Object.keys(serving).sort().reverse().map((name) => serving[name]?.values ?? {})) as Values;
  const secrets = Object.entries(earlier.secrets).map(([service, own]): [string, ServiceSecrets] => {
    const today = { ...own.values, ...others, ...serving[service]?.values };
    // Of its files some come from today, some stay: neither text may be shown.
    const texts = sorted([...(own.mounted ?? []), ...(serving[service]?.mounted ?? [])]);
    return [service, { parts: own.parts, values: Object.fromEntries(Object.keys(own.values).map((name) => [name, today[name] as string])), ...(texts.length === 0 ? {} : { mounted: texts }) }];
  });
  const values = Object.entries(earlier.values).map(([service, own]): [string, Values] => {
    const known = secrets.find(([name]) => name === service)?.[1];
    const changed = Object.entries(known?.parts ?? {}).map(([variable, parts]) => [variable, textOfParts(parts, known?.values ?? {})]);
    return [service, { ...own, ...(Object.fromEntries(changed) as Values) }];
  });
  return { values: Object.fromEntries(values), secrets: Object.fromEntries(secrets) };
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function namesIn(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.secret]));
}
