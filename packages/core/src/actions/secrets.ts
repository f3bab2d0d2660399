import type { Settings } from '../config/types.js';
import { loadProvider } from '../providers/load.js';
import { providerContext } from '../providers/context.js';
import { secretLooking } from '../secrets/looks-secret.js';
import { resolveSecrets, type ResolvedSecrets, type SecretsInUse } from '../secrets/resolve-secrets.js';
import type { Loaded } from './settings.js';
import type { Workspace } from './types.js';

/**
 * The values of the environment's secrets, masked from now on in all that this run shows. What env files and the process give and what looks like a secret is masked as well.
 * @param ask false: no network and no process.
 */
export async function environmentSecrets(ws: Workspace, { settings, index }: Loaded, ask = true): Promise<ResolvedSecrets> {
  // Before a provider is asked: its errors may repeat what it was given.
  ws.io.hide?.(secretLooking(settings.variables));
  const using = await inUse(ws, settings, index);
  const resolved = await resolveSecrets(settings, using, ask);
  ws.io.hide?.(Object.values(resolved.values));
  const more = ask && using?.provider.preflight ? await using.provider.preflight(using.context, []) : [];
  return { ...resolved, findings: [...resolved.findings, ...more] };
}

async function inUse(ws: Workspace, settings: Settings, index: Loaded['index']): Promise<SecretsInUse | undefined> {
  const { secrets, project, environment } = settings;
  if (secrets?.provider === undefined) return undefined;
  const { provider } = await loadProvider(index, 'secrets', secrets.provider);
  const context = providerContext({ project, environment, config: secrets.config, folder: ws.folder, io: ws.io, exec: ws.exec, files: ws.files, hosts: {}, clock: ws.clock, signal: ws.signal });
  return { provider, context };
}
