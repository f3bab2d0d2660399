import type { RegistrySettings, Settings } from '../config/types.js';
import { fail } from '../errors/index.js';
import { registryOf } from '../images/reference.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Login } from '../ports/registry.js';
import type { ResolvedSecrets } from '../secrets/resolve-secrets.js';
import { environmentSecrets } from './secrets.js';
import { loadSettings } from './settings.js';
import type { Workspace } from './types.js';

/** Who asks the registry of a reference; undefined: the config has no entry for it, and the engine asks as whoever it knows. */
export type Logins = (reference: string) => Promise<Login | undefined>;

/** Logins of the environment's registries. The config and the secrets are read when the first is asked for. @throws StagecraftError `user` SC4015 when a variable is missing. */
export function loginsOf(ws: Workspace): Logins {
  let reading: Promise<{ readonly settings: Settings; readonly secrets: ResolvedSecrets['values'] }> | undefined;
  const read = async (): Promise<{ readonly settings: Settings; readonly secrets: ResolvedSecrets['values'] }> => {
    const loaded = await loadSettings(ws);
    const secret = loaded.settings.registries.some((entry) => variablesOf(entry).some((name) => loaded.settings.secretNames.includes(name)));
    return { settings: loaded.settings, secrets: secret ? (await environmentSecrets(ws, loaded)).values : {} };
  };
  return async (reference) => {
    const { settings, secrets } = await (reading ??= read());
    const entry = entryOf(settings, reference);
    if (!entry) return undefined;
    const [missing] = missingOf(entry, settings, secrets, ws.processEnv);
    if (missing) throw fail({ ...missing, kind: 'user', next: missing.next ?? [] });
    const [username = '', password = ''] = variablesOf(entry).map((name) => valueOf(name, settings, secrets, ws.processEnv));
    ws.io.hide?.([password, Buffer.from(`${username}:${password}`).toString('base64')]);
    return { username, password };
  };
}

/** What of the logins for these references is not there. */
export function missingLogins(settings: Settings, secrets: ResolvedSecrets['values'], processEnv: Workspace['processEnv'], references: readonly string[]): readonly Finding[] {
  const used = new Set(references.map((reference) => entryOf(settings, reference)));
  return settings.registries.filter((entry) => used.has(entry)).flatMap((entry) => missingOf(entry, settings, secrets, processEnv));
}

function entryOf({ registries }: Settings, reference: string): RegistrySettings | undefined {
  return registries.find((entry) => entry.host === registryOf(reference));
}

function variablesOf({ usernameEnv, passwordEnv }: RegistrySettings): readonly string[] {
  return [usernameEnv, passwordEnv];
}

function missingOf(entry: RegistrySettings, settings: Settings, secrets: ResolvedSecrets['values'], processEnv: Workspace['processEnv']): readonly Finding[] {
  return variablesOf(entry)
    .filter((name) => (valueOf(name, settings, secrets, processEnv) ?? '') === '')
    .map((name): Finding => ({ severity: 'error', code: 'SC4015', message: `The login for ${entry.host} needs ${name}, which is not set.`, next: [`export ${name}=…`, 'or put it into an env file, or into the secrets of the environment'], location: entry.location }));
}

/** A named secret has no other source than its provider, as everywhere. */
function valueOf(name: string, { secretNames, variables }: Settings, secrets: ResolvedSecrets['values'], processEnv: Workspace['processEnv']): string | undefined {
  return secretNames.includes(name) ? secrets[name] : (processEnv[name] ?? variables[name]);
}
