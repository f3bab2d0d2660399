import { secretsIn, partsOf, textOfParts, type Part } from './markers.js';

type Values = Readonly<Record<string, string>>;

/** What of a service's environment is made of secrets. It is kept with the values of a release, so that a rollback can take today's. Secret. */
export interface ServiceSecrets {
  /** By variable. */
  readonly parts: Readonly<Record<string, readonly Part[]>>;
  /** By name. */
  readonly values: Values;
}

export type KeptSecrets = Readonly<Record<string, ServiceSecrets>>;

/** Of an environment with markers in it, what is made of secrets; undefined where nothing is. */
export function secretsOf(environment: Values, values: Values): ServiceSecrets | undefined {
  const parts = Object.entries(environment).filter(([, text]) => secretsIn(text).length > 0).map(([name, text]) => [name, partsOf(text)] as const);
  if (parts.length === 0) return undefined;
  const names = [...new Set(parts.flatMap(([, pieces]) => namesIn(pieces)))].sort();
  return { parts: Object.fromEntries(parts), values: Object.fromEntries(names.map((name) => [name, values[name] ?? ''])) };
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
    return [service, { parts: own.parts, values: Object.fromEntries(Object.keys(own.values).map((name) => [name, today[name] as string])) }];
  });
  const values = Object.entries(earlier.values).map(([service, own]): [string, Values] => {
    const known = secrets.find(([name]) => name === service)?.[1];
    const changed = Object.entries(known?.parts ?? {}).map(([variable, parts]) => [variable, textOfParts(parts, known?.values ?? {})]);
    return [service, { ...own, ...(Object.fromEntries(changed) as Values) }];
  });
  return { values: Object.fromEntries(values), secrets: Object.fromEntries(secrets) };
}

function namesIn(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.secret]));
}
