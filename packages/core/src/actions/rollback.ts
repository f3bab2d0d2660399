import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { observeAll, servingDesired } from '../observe/observe.js';
import { preflightAll } from '../observe/preflight.js';
import { draft, seal } from '../plan/draft.js';
import type { PlanInput } from '../plan/types.js';
import { previousOf, servingOf } from '../protocol/history.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { indexProviders } from '../providers/index-providers.js';
import { refuseFindings } from './findings.js';
import type { Gathered } from './gather.js';
import { historyOf, releaseFile } from './history.js';
import { remoteBuilder } from './builder.js';
import { allHosts, type Identity, type OpenHost } from './host.js';
import { identify, neverDeployed } from './identity.js';
import { forToday } from './inventory.js';
import { readKey } from './key.js';
import { makeRelease, type Intake } from './make-release.js';
import { providersOf, sealedProxy } from './proxy.js';
import type { KeptValues } from '../secrets/kept.js';
import { withTodaysSecrets, type Sealed } from './kept-secrets.js';
import { readKept } from './sealed.js';
import type { DeployResult, RollbackOptions, Workspace } from './types.js';
import { underLock } from './under-lock.js';

/**
 * Makes an earlier release serve again, from its sealed model, images and values. The project's files are not read for it.
 * @throws StagecraftError `user` when there is no such release, or it never was deployed whole.
 */
export async function rollback(ws: Workspace, options: RollbackOptions): Promise<DeployResult> {
  const identity = await identify(ws);
  const hosts = await allHosts(ws, identity);
  if (options.dryRun) {
    const target = await targetOf(hosts, identity, options);
    return { outcome: 'planned', plan: draft((await rollbackInput(ws, hosts, identity, target, options)).input), urls: [], exitCode: 0 };
  }
  const asked = await targetOf(hosts, identity, options);
  await confirm(ws, hosts, asked, options);
  return underLock(ws, hosts, identity, options.lockWaitMs, async (held) => {
    const target = await targetOf(held.hosts, identity, { ...options, toRelease: asked.id });
    return makeRelease(held, await rollbackIntake(ws, held.hosts, identity, target, options));
  });
}

/** A rollback's part before its plan is sealed. */
export async function rollbackIntake(ws: Workspace, hosts: readonly OpenHost[], identity: Identity, target: ReleaseRecord, options: Pick<RollbackOptions, 'filter' | 'secrets'>): Promise<Intake> {
  const { input } = await rollbackInput(ws, hosts, identity, target, options);
  const plan = draft(input);
  refuseFindings(plan.findings);
  return {
    kind: 'rollback',
    version: { version: target.version, from: 'release', ...(target.commit ? { commit: target.commit } : {}) },
    target: target.id,
    ...(options.secrets === 'sealed' ? { secrets: options.secrets } : {}),
    draft: plan,
    desired: input.desired,
    build: () => Promise.resolve({}),
    async gather(): Promise<Gathered> {
      const fresh = await rollbackInput(ws, hosts, identity, target, options);
      return { input: fresh.input, ...fresh.kept, uploads: [], proxy: await sealedProxy(ws, fresh.input.desired, servingDesired(fresh.input.observation)) };
    },
    seal: (gathered, ids) => seal({ ...input, ...gathered.input, ...ids }),
  };
}

async function rollbackInput(ws: Workspace, hosts: readonly OpenHost[], identity: Identity, target: ReleaseRecord, options: Pick<RollbackOptions, 'filter' | 'secrets'>): Promise<{ readonly input: PlanInput; readonly kept: KeptValues }> {
  const text = await releaseFile(hosts, target.id, 'model.json');
  if (text === undefined) throw fail({ code: 'SC5013', kind: 'external', message: `The sealed model of ${target.id} is not on ${hosts.map((host) => host.name).join(', ')} any more.`, next: ['stagecraft releases list'] });
  const sealed = { desired: forToday(JSON.parse(text) as Desired, hosts, identity), kept: await readKept(hosts, target.id) };
  const { desired, kept } = options.secrets === 'sealed' ? sealed : await withTodays(hosts, sealed);
  const observation = await observeAll(hosts, desired.services.map((service) => service.image.id ?? service.image.reference), desired.composeProject);
  const proxy = await sealedProxy(ws, desired, servingDesired(observation));
  const input: PlanInput = {
    kind: 'rollback',
    desired,
    observation,
    version: target.version,
    target: target.id,
    filter: options.filter,
    providers: providersOf(desired, indexProviders(ws.plugins), proxy),
    replace: [],
    acceptEmptyVolume: [],
    findings: await preflightAll(hosts, (host) => ({ host, ...remoteBuilder(ws, host), desired, observation, proxy: proxy?.provider.id })),
  };
  return { input, kept };
}

/** A secret that was changed since is changed everywhere: going back in code does not go back to a key that was given up. */
async function withTodays(hosts: readonly OpenHost[], sealed: Sealed): Promise<Sealed> {
  const [serving, key] = await Promise.all([historyOf(hosts).then(servingOf), readKey(hosts)]);
  const model = serving && (await releaseFile(hosts, serving.id, 'model.json'));
  if (!serving || model === undefined || key === undefined) return sealed;
  return withTodaysSecrets(sealed, { desired: JSON.parse(model) as Desired, kept: await readKept(hosts, serving.id) }, key);
}

/** The release that the options name; without one: the previous one. */
async function targetOf(hosts: readonly OpenHost[], identity: Identity, options: RollbackOptions): Promise<ReleaseRecord> {
  const history = await historyOf(hosts);
  const serving = servingOf(history);
  if (!serving) throw neverDeployed(identity);
  const whole = history.filter((release) => release.outcome === 'completed');
  const known = (): string[] => ['stagecraft releases list', ...(whole.length > 1 ? [`stagecraft rollback --to-release ${whole.find((release) => release.id !== serving.id)?.id ?? ''}`] : [])];
  if (options.toRelease !== undefined) {
    const found = history.find((release) => release.id === options.toRelease);
    if (!found) throw fail({ code: 'SC5014', kind: 'user', message: `${identity.environment} has no release ${options.toRelease}.`, next: known() });
    if (found.outcome !== 'completed') throw fail({ code: 'SC5015', kind: 'user', message: `${found.id} never was deployed whole (${found.outcome}): nothing can go back to it.`, next: known() });
    return found;
  }
  if (options.toVersion !== undefined) {
    const found = whole.find((release) => release.version === options.toVersion);
    if (!found) throw fail({ code: 'SC5016', kind: 'user', message: `${identity.environment} has no completed release of version ${options.toVersion}.`, next: known() });
    return options.secrets === 'sealed' ? deployOf(history, found) : found;
  }
  const previous = previousOf(history, serving);
  if (!previous) throw fail({ code: 'SC5017', kind: 'user', message: `There is no release before ${serving.id} (${serving.version}): it is the first that completed.`, next: ['stagecraft releases list'] });
  return options.secrets === 'sealed' ? deployOf(history, previous) : previous;
}

/** A rollback counts as its target, and was made with the secrets of its day: those that a version was sealed with are its deploy's. */
function deployOf(history: readonly ReleaseRecord[], release: ReleaseRecord): ReleaseRecord {
  const target = release.kind === 'rollback' ? history.find((one) => one.id === release.target && one.outcome === 'completed') : undefined;
  return target ? deployOf(history, target) : release;
}

async function confirm(ws: Workspace, hosts: readonly OpenHost[], target: ReleaseRecord, options: RollbackOptions): Promise<void> {
  if (ws.yes || options.toRelease !== undefined || options.toVersion !== undefined) return;
  const serving = servingOf(await historyOf(hosts));
  const answer = await ws.io.ask({
    code: 'SC5018',
    text: `Roll ${target.environment} back from ${serving?.version} (${serving?.id}) to ${target.version} (${target.id})? Databases are not rolled back.`,
    choices: ['yes', 'no'],
    fallback: 'no',
  });
  if (answer !== 'yes')
    throw fail({ code: 'SC5018', kind: 'user', message: 'Nothing was rolled back.', next: [`stagecraft rollback --to-release ${target.id}`, 'or answer the question beforehand: stagecraft rollback --yes'] });
}
