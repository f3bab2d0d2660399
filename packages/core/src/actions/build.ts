import { desire } from '../compose/desire.js';
import { readCompose } from '../compose/read.js';
import { fail, isStagecraftError } from '../errors/index.js';
import { builds } from '../images/build.js';
import { buildPhase } from './build-phase.js';
import { builderOf } from './builder.js';
import { refuseFindings } from './findings.js';
import { openHosts, type Identity, type OpenHost } from './host.js';
import { readKey } from './key.js';
import { pushImages } from './push.js';
import { environmentSecrets } from './secrets.js';
import { loadSettings } from './settings.js';
import type { BuildOptions, BuildResult, Workspace } from './types.js';
import { resolveVersion } from './version.js';

/** Builds the images of an environment, and nothing else: no lock, no release. */
export async function build(ws: Workspace, options: BuildOptions): Promise<BuildResult> {
  const loaded = await loadSettings(ws);
  const hosts = await hostsWithinReach(ws, loaded.settings);
  const { version } = await resolveVersion(ws, options.version, 'latest');
  const { settings, values } = await environmentSecrets(ws, loaded);
  const model = await readCompose({ files: ws.files, exec: ws.exec, folder: ws.folder, settings });
  const valuesKey = await readKey(hosts);
  const { desired, builds: inputs, findings } = await desire({ model, settings, secrets: values, version, files: ws.files, ...(valuesKey ? { valuesKey } : {}) });
  // A secret in a wrong place would stay in the image.
  refuseFindings(findings.filter((finding) => finding.code === 'SC1313' || finding.code === 'SC1427'));
  const wanted = builds(desired);
  if (options.push && settings.registry === undefined) throw fail({ code: 'SC4017', kind: 'user', message: '`--push` needs a registry, and the config names none.', next: ['Add `registry: registry.example.com/shop` to `project`.'] });
  refuseUnknown(options.services, wanted.flatMap((service) => service.build?.services ?? []));
  if (options.dryRun) {
    const named = wanted.filter((service) => options.services.length === 0 || options.services.some((name) => service.build?.services.includes(name)));
    return { images: named.map((service) => ({ services: service.build?.services ?? [service.name], reference: service.image.reference, id: undefined, cached: false, durationMs: 0 })) };
  }
  const images = await buildPhase(ws, builderOf(ws, hosts), loaded.index, { desired, inputs }, { pull: options.pull, noCache: options.noCache }, () => Promise.resolve(), options.services.length > 0 ? options.services : undefined);
  if (options.push) await pushImages(ws, images);
  return { images };
}

/** Their key alone is wanted, for the digest of build arguments. Where a build has no way to hosts over SSH, as in CI, nothing with arguments is taken from the cache. */
async function hostsWithinReach(ws: Workspace, settings: Identity): Promise<readonly OpenHost[]> {
  try {
    return (await openHosts(ws, settings)).hosts;
  } catch (error) {
    if (settings.driver !== 'ssh' || !isStagecraftError(error) || (error.kind !== 'user' && error.kind !== 'external')) throw error;
    return [];
  }
}

function refuseUnknown(asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw fail({
    code: 'SC5022',
    kind: 'user',
    message: `No image is built for ${unknown.join(', ')}.`,
    next: [known.length > 0 ? `Services with a build: ${[...known].sort().join(', ')}` : 'No service of the Compose file has a build.'],
  });
}
