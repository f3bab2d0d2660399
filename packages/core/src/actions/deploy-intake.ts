import { fail } from '../errors/index.js';
import type { BuiltImage } from '../images/build.js';
import { draft, seal } from '../plan/draft.js';
import { addedSteps, checkFresh, readSavedPlan } from '../plan/saved.js';
import type { DraftPlan } from '../plan/types.js';
import type { Finding } from '../plugin-api/failure.js';
import { servingOf } from '../protocol/history.js';
import { buildPhase } from './build-phase.js';
import { builderOf } from './builder.js';
import { confirmReplace } from './confirm-replace.js';
import { refuseFindings } from './findings.js';
import { gather, type Gathered, type GatheredFromFiles } from './gather.js';
import { historyOf } from './history.js';
import type { OpenHost } from './host.js';
import type { Intake } from './make-release.js';
import { speaker } from './open-operation.js';
import type { Loaded } from './settings.js';
import type { DeployOptions, Workspace } from './types.js';
import { notAnAncestor, type Version } from './version.js';

/** A deploy's part before its plan is sealed. @throws StagecraftError `user` for findings that are errors and for a stale saved plan; nothing has changed then. */
export async function deployIntake(ws: Workspace, hosts: readonly OpenHost[], loaded: Loaded, options: DeployOptions, version: Version): Promise<Intake> {
  const noticed = noticedOf(ws, hosts, version);
  // Who gathers awaits it.
  noticed.catch(() => undefined);
  const collect = (more: { readonly built?: Readonly<Record<string, BuiltImage>>; readonly before?: GatheredFromFiles }): Promise<GatheredFromFiles> => gather(ws, hosts, loaded, { version: version.version, pull: options.pull, findings: noticed, ...more });
  const first = await collect({});
  const plan = draftOf(first, options);
  if (options.saved) refuseStale(options.saved, plan);
  refuseFindings(plan.findings);
  await confirmReplace(ws, plan, first.input.desired, options.confirmed ?? []);
  return {
    kind: 'deploy',
    version,
    draft: plan,
    desired: first.input.desired,
    async build(operation) {
      const built = await buildPhase(ws, builderOf(ws, hosts), loaded.index, { desired: first.input.desired, inputs: first.builds }, { pull: options.pull, noCache: false }, (note) => speaker(operation).store.note(operation.session, { ...note, operation: operation.open.operation }));
      return Object.fromEntries(built.map(({ reference, id }) => [reference, { id }]));
    },
    gather: (built) => collect({ built, before: first }),
    seal(gathered, ids) {
      const sealed = seal({ ...inputOf(gathered, options), ...ids });
      const added = options.saved ? addedSteps(readSavedPlan(options.saved.text, options.saved.path), sealed) : [];
      if (added.length > 0)
        throw fail({
          code: 'SC5021',
          kind: 'user',
          message: `The sealed plan would do what ${options.saved?.path} does not say: ${added.map((step) => step.id).join(', ')}.`,
          next: ['stagecraft plan --refresh --out plan.json', 'or deploy without a saved plan: stagecraft deploy'],
        });
      return sealed;
    },
  };
}

async function noticedOf(ws: Workspace, hosts: readonly OpenHost[], version: Version): Promise<readonly Finding[]> {
  const older = await notAnAncestor(ws, servingOf(await historyOf(hosts)), version.commit);
  return older ? [older] : [];
}

export function draftOf(gathered: Gathered, options: Choices): DraftPlan {
  return draft(inputOf(gathered, options));
}

/** What the user chose of the plan. */
type Choices = Pick<DeployOptions, 'filter' | 'acceptEmptyVolume' | 'replace' | 'saved'>;

function inputOf(gathered: Gathered, { filter, acceptEmptyVolume, replace, saved }: Choices): Parameters<typeof draft>[0] {
  // A saved plan says itself what it replaces.
  const named = (saved ? readSavedPlan(saved.text, saved.path).replace : replace) ?? [];
  return { kind: 'deploy', ...gathered.input, filter, acceptEmptyVolume, replace: named, findings: [...gathered.input.findings, ...unknownNames(gathered, named)] };
}

/** Names after `--replace` that no data service has, here or on the host. */
function unknownNames({ input }: Gathered, named: readonly string[]): readonly Finding[] {
  const all = [input.desired, ...input.observation.hosts.flatMap((host) => (host.serving ? [host.serving.desired] : []))].flatMap((model) => model.services);
  const data = [...new Set(all.filter((service) => service.kind === 'data').map((service) => service.name))].sort();
  return named
    .filter((name) => !data.includes(name))
    .map((name): Finding => ({ severity: 'error', code: 'SC5052', message: `--replace ${name}: ${all.some((service) => service.name === name) ? `${name} holds no data, a deploy replaces it by itself` : `there is no service ${name}`}.`, next: [data.length > 0 ? `Services that hold data: ${data.join(', ')}` : 'No service of this environment holds data.'] }));
}

function refuseStale(saved: { readonly path: string; readonly text: string }, now: DraftPlan): void {
  const plan = readSavedPlan(saved.text, saved.path);
  if (plan.kind !== 'deploy') throw fail({ code: 'SC5002', kind: 'user', message: `${saved.path} is the plan of a ${plan.kind}, not of a deploy.`, next: ['stagecraft plan --out plan.json'] });
  checkFresh(plan, now);
}
