import { fail } from '../errors/index.js';
import { observeAll, servingDesired } from '../observe/observe.js';
import { preflightAll } from '../observe/preflight.js';
import { draft, seal } from '../plan/draft.js';
import type { PlanInput } from '../plan/types.js';
import { indexProviders } from '../providers/index-providers.js';
import { scaled, whyNotScaled } from '../rollout/scale.js';
import type { Desired } from '../compose/model.js';
import { refuseFindings } from './findings.js';
import type { Gathered } from './gather.js';
import { remoteBuilder } from './builder.js';
import { allHosts, type Identity, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { onHosts } from './inventory.js';
import { makeRelease, type Intake } from './make-release.js';
import { providersOf, sealedProxy } from './proxy.js';
import { readKept } from './sealed.js';
import { servingModel } from './serving-model.js';
import type { DeployResult, ScaleOptions, Workspace } from './types.js';
import { underLock } from './under-lock.js';

/**
 * Gives services another number of containers: an operation of its own, of what serves. New ones are started, gated and admitted, superfluous ones retired,
 * drained and stopped; no other is touched. The number stays until the config says another one.
 * @throws StagecraftError `user` for services that cannot have that many, with the reason and its place.
 */
export async function scale(ws: Workspace, options: ScaleOptions): Promise<DeployResult> {
  const identity = await identify(ws);
  const hosts = await allHosts(ws, identity);
  if (options.dryRun) return { outcome: 'planned', plan: (await scaleIntake(ws, hosts, identity, options.counts)).draft, urls: [], exitCode: 0 };
  return underLock(ws, hosts, identity, options.lockWaitMs, async (held) => makeRelease(held, await scaleIntake(ws, held.hosts, identity, options.counts)));
}

/** A scaling's part before its plan is sealed. */
export async function scaleIntake(ws: Workspace, hosts: readonly OpenHost[], identity: Identity, counts: Readonly<Record<string, number>>): Promise<Intake> {
  const { release, desired } = await servingModel(hosts, identity);
  refuseCounts(desired, counts);
  const wanted = scaled(onHosts(desired, hosts), counts);
  const ask = (): Promise<PlanInput> => inputOf(ws, hosts, wanted, release.version, release.id, Object.keys(counts));
  const input = await ask();
  const plan = draft(input);
  refuseFindings(plan.findings);
  return {
    kind: 'scale',
    version: { version: release.version, from: 'release', ...(release.commit ? { commit: release.commit } : {}) },
    target: release.id,
    scale: counts,
    draft: plan,
    desired: wanted,
    build: () => Promise.resolve({}),
    async gather(): Promise<Gathered> {
      return { input: await ask(), ...(await readKept(hosts, release.id)), uploads: [], proxy: await sealedProxy(ws, wanted, desired) };
    },
    seal: (gathered, ids) => seal({ ...input, ...gathered.input, ...ids }),
  };
}

async function inputOf(ws: Workspace, hosts: readonly OpenHost[], desired: Desired, version: string, target: string, services: readonly string[]): Promise<PlanInput> {
  const observation = await observeAll(hosts, desired.services.map((service) => service.image.id ?? service.image.reference), desired.composeProject);
  const proxy = await sealedProxy(ws, desired, servingDesired(observation));
  return {
    kind: 'scale',
    desired,
    observation,
    version,
    target,
    filter: { services },
    providers: providersOf(desired, indexProviders(ws.plugins), proxy),
    replace: [],
    acceptEmptyVolume: [],
    findings: await preflightAll(hosts, (host) => ({ host, ...remoteBuilder(ws, host), desired, observation, proxy: proxy?.provider.id })),
  };
}

function refuseCounts(desired: Desired, counts: Readonly<Record<string, number>>): void {
  const known = desired.services.map((service) => service.name);
  for (const name of Object.keys(counts).sort()) if (!known.includes(name)) throw fail({ code: 'SC5080', kind: 'user', message: `The serving release has no service ${name}.`, next: [`Services: ${known.join(', ')}`] });
  const refused = desired.services.flatMap((service) => {
    const count = counts[service.name];
    const why = count === undefined ? undefined : whyNotScaled(service, count);
    return why === undefined ? [] : [{ severity: 'error' as const, code: 'SC5081', message: `${service.name} cannot have ${count ?? 0} containers: ${why.text}`, next: ['stagecraft status'], location: why.location, service: service.name }];
  });
  refuseFindings(refused);
}
