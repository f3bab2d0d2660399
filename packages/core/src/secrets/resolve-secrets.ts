import type { Settings } from '../config/types.js';
import type { Context } from '../plugin-api/context.js';
import type { Finding } from '../plugin-api/failure.js';
import type { SecretsProvider } from '../plugin-api/secrets.js';
import { markerOf } from './markers.js';

/** The settings as Compose may see them, and the values that it may not. */
export interface ResolvedSecrets {
  /** Named secrets are markers among its variables. */
  readonly settings: Settings;
  /** By name; those that are missing are not here. Secret. */
  readonly values: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

/** A provider with its section, ready to be asked. */
export interface SecretsInUse {
  readonly provider: SecretsProvider;
  readonly context: Context;
}

/**
 * Brings the values of `secrets.names`: from the process where it gives one, else from the provider, else from the environment's variables. A name without a value is an
 * error at its line.
 * @param inUse absent: no provider is named.
 * @param ask false, as offline: a provider that would need the network is not asked, and nothing is called missing.
 */
export async function resolveSecrets(settings: Settings, inUse: SecretsInUse | undefined, ask: boolean): Promise<ResolvedSecrets> {
  const { secrets } = settings;
  if (secrets === undefined || secrets.names.length === 0) return { settings, values: {}, findings: [] };
  const scope = { project: settings.project, environment: settings.environment };
  const names = secrets.names.map(({ name }) => name);
  const asked = ask || inUse?.provider.local === true;
  const read = inUse?.provider.read && asked ? await inUse.provider.read(inUse.context, scope, names) : [];
  const given = Object.fromEntries(read.map((secret) => [secret.name, secret.reveal()]));
  const values = Object.fromEntries(names.flatMap((name): [string, string][] => {
    const value = settings.origins[`variables.${name}`]?.kind === 'variable' ? settings.variables[name] : (own(given, name) ?? own(settings.variables, name));
    return value === undefined || value === '' ? [] : [[name, value]];
  }));
  const place = inUse?.provider.place?.(inUse.context.config, scope);
  const findings = secrets.names.flatMap(({ name, location }): Finding[] => {
    const value = values[name];
    if (value === undefined) {
      if (!asked && inUse !== undefined) return [];
      const empty = own(given, name) === '' || own(settings.variables, name) === '';
      const where = inUse === undefined ? 'no variable of the environment gives it, and no `secrets.provider` is named' : `${place ?? `the provider ${inUse.provider.id}`} does not have it`;
      return [{ severity: 'error', code: 'SC1317', message: `the secret ${name} of ${settings.environment} ${empty ? 'is empty' : `has no value: ${where}`}`, next: [place === undefined ? `set ${name} in the environment's \`env_file\`, in .env or in your shell` : `add the line ${name}=... to ${place}`, `or take ${name} out of \`secrets.names\``], location }];
    }
    return value.length < 4 ? [{ severity: 'warning', code: 'SC1318', message: `the secret ${name} is shorter than four characters: it cannot be masked`, next: ['make it longer'], location }] : [];
  });
  const markers = Object.fromEntries(names.map((name) => [name, markerOf(name)]));
  return { settings: { ...settings, variables: { ...settings.variables, ...markers } }, values, findings };
}

function own(map: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
