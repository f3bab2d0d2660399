import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { stacksOf, type Stack } from '../observe/stacks.js';
import type { DraftPlan, ServicePlan } from '../plan/types.js';
import type { ContainerState } from '../ports/containers.js';
import { adoptedFile, readAdopted, type Adopted } from '../protocol/adopted.js';
import { setComposeProject } from '../scaffold/set-compose-project.js';
import { draftOf } from './deploy-intake.js';
import { gather } from './gather.js';
import { localHost, type Identity, type OpenHost } from './host.js';
import { operatorOf } from './operator.js';
import { runStep } from './run-step.js';
import { loadSettings, type Loaded } from './settings.js';
import type { AdoptOptions, AdoptResult, AdoptedService, Workspace } from './types.js';
import { underLock } from './under-lock.js';

/**
 * Takes over a stack that plain `docker compose up` started: its Compose project becomes the environment's, and its containers are ours by a record on the
 * host, as they are. Nothing is moved, stopped or started; the next deploy replaces what serves, and leaves what holds data running.
 * @throws StagecraftError `user` where there is no such stack, several could be meant, or data would be left behind; nothing was changed then.
 */
export async function adopt(ws: Workspace, options: AdoptOptions): Promise<AdoptResult> {
  const before = await loadSettings(ws);
  const first = await onlyHost(ws, before.settings);
  await refuseSecond(first, before.settings.environment, before.settings.composeProject);
  const stack = await stackOf(ws, first, before, options.project);
  const loaded = await loadSettings(ws, { overrides: [{ path: 'compose_project', value: stack.project, flag: '--project' }] });
  const host = await onlyHost(ws, loaded.settings);
  const plan = draftOf(await gather(ws, [host], loaded, { version: 'unknown', pull: false, adopting: stack.containers.map((c) => c.id) }), { filter: {}, acceptEmptyVolume: [] });
  refuseLeftBehind(ws, plan, stack);
  const edit = await editOf(ws, loaded.settings.environment, stack.project);
  const known = await readAdopted(host.files, host.scope);
  const ids = stack.containers.map((c) => c.id).sort();
  const result: Omit<AdoptResult, 'outcome'> = {
    project: loaded.settings.project,
    environment: loaded.settings.environment,
    composeProject: stack.project,
    config: { file: ws.config, ...(edit ? { change: edit.change } : {}) },
    services: servicesOf(plan, stack),
    findings: plan.findings,
  };
  if (!edit && known?.composeProject === stack.project && ids.every((id) => known.containers.includes(id))) return { outcome: 'unchanged', ...result };
  if (options.dryRun) return { outcome: 'planned', ...result };
  await options.show(result);
  await confirm(ws, result);
  await underLock(ws, [host], loaded.settings, options.lockWaitMs, (held) => {
    const record: Adopted = { format: 1, composeProject: stack.project, containers: ids, at: new Date(ws.clock.now()).toISOString(), by: operatorOf(ws.processEnv) };
    const place = `"$STAGECRAFT_ENV"/${adoptedFile}`;
    return runStep(held, host, `${host.name}/adopt`, { effects: `printf '%s\\n' ${quote(JSON.stringify(record))} >${place}.new\nsync ${place}.new\nmv -f ${place}.new ${place}` });
  });
  // Last: without the record the name alone would have a deploy refuse the containers as strangers.
  if (edit) await ws.files.write(ws.config, edit.text);
  return { outcome: 'adopted', ...result };
}

/** A stack is on one host. */
function onlyHost(ws: Workspace, settings: Identity): Promise<OpenHost> {
  if (settings.hosts.length < 2) return localHost(ws, settings, 'attach --adopt');
  throw fail({ code: 'SC3537', kind: 'user', message: `${settings.environment} has several hosts; a stack that was started by hand is on one.`, next: ['Declare an environment with that host alone, adopt the stack there, then add the others.'] });
}

async function refuseSecond(host: OpenHost, environment: string, composeProject: string): Promise<void> {
  const serving = await host.store.serving();
  if (!serving) return;
  throw fail({ code: 'SC3530', kind: 'user', message: `${environment} has a release already (${serving.id}), as Compose project ${composeProject}: it cannot become another stack.`, next: ['Declare another environment in stagecraft.yml and adopt the stack there.', 'stagecraft status'] });
}

/** The one stack that is meant: named, or started from this folder, or under the environment's name. */
async function stackOf(ws: Workspace, host: OpenHost, { settings }: Loaded, named: string | undefined): Promise<Stack> {
  const stacks = stacksOf(await host.containers.list({ 'com.docker.compose.project': true }));
  const folder = (await ws.files.realPath?.(ws.folder)) ?? ws.folder;
  const meant = stacks.filter((stack) => (named === undefined ? stack.folder === folder || stack.folder === ws.folder || stack.project === settings.composeProject : stack.project === named));
  const [one] = meant;
  if (one && meant.length === 1) return one;
  const names = (of: readonly Stack[]): string => of.map((stack) => stack.project).join(', ');
  if (meant.length > 1) throw fail({ code: 'SC3532', kind: 'user', message: `Several stacks were started from this folder: ${names(meant)}.`, next: meant.map((stack) => `stagecraft attach --adopt --project ${stack.project}`) });
  throw fail({
    code: 'SC3531',
    kind: 'user',
    message: named === undefined ? `No stack on ${host.name} was started by \`docker compose up\` from this folder.` : `No stack on ${host.name} is called ${named}.`,
    next: [stacks.length > 0 ? `Stacks that were started by hand: ${names(stacks)} (--project NAME)` : 'docker compose ls', `To begin without one: stagecraft deploy --env ${settings.environment}`],
  });
}

/** A folder of the project that containers write to is left behind by the next deploy: on a host it is another folder, and empty. */
function refuseLeftBehind(ws: Workspace, plan: DraftPlan, stack: Stack): void {
  const inside = (c: ContainerState): readonly string[] => c.mounts.filter((mount) => mount.type === 'bind' && mount.writable && `${mount.source}/`.startsWith(`${ws.folder}/`)).map((mount) => mount.source);
  const found = stack.containers.flatMap((c) => inside(c).map((source) => ({ c, source })));
  const [first] = found;
  if (!first) return;
  const location = plan.services.find((service) => service.service === first.c.service)?.location;
  throw fail({
    code: 'SC3533',
    kind: 'user',
    message: `${first.c.name} writes to ${first.source.slice(ws.folder.length + 1) || '.'} of the project folder. A deploy gives ${first.c.service ?? 'it'} a folder of its own outside the project, empty: what is there now would be left behind.`,
    next: ['Name the folder by its absolute path in the Compose file, or end its path with `:ro` where it is only read; then adopt again.'],
    ...(location ? { location } : {}),
  });
}

async function editOf(ws: Workspace, environment: string, project: string): Promise<Awaited<ReturnType<typeof setComposeProject>>> {
  const text = (await ws.files.read(ws.config)) ?? '';
  const edit = await setComposeProject(text, environment, project);
  if (!edit) throw fail({ code: 'SC3534', kind: 'user', message: `${ws.config} has no place to write compose_project of ${environment} to.`, next: [`Write it there: environments.${environment}.compose_project: ${project}`, 'then run the command again'] });
  return edit.text === text ? undefined : edit;
}

/** What becomes of each service's containers: now nothing, at the next deploy this. */
function servicesOf(plan: DraftPlan, stack: Stack): readonly AdoptedService[] {
  const plans = new Map<string, ServicePlan>(plan.services.map((service) => [service.service, service]));
  const names = [...new Set(stack.containers.flatMap((c) => c.service ?? []))].sort();
  return names.map((name) => {
    const own = stack.containers.filter((c) => c.service === name);
    const known = plans.get(name);
    return {
      service: name,
      containers: own.map((c) => c.name),
      volumes: [...new Set(own.flatMap((c) => c.mounts.flatMap((mount) => (mount.type === 'volume' && mount.name !== undefined ? [mount.name] : []))))].sort(),
      next: known === undefined ? 'left' : known.kind === 'data' ? 'kept' : known.kind === 'job' ? 'run' : known.change === 'none' ? 'left' : known.verdict.strategy === 'rolling' ? 'rolling' : 'recreate',
    };
  });
}

async function confirm(ws: Workspace, { environment, composeProject, services }: Omit<AdoptResult, 'outcome'>): Promise<void> {
  const text = `Adopt the stack ${composeProject} (${services.map((service) => service.service).join(', ')}) as ${environment}?`;
  const answer = ws.yes ? 'yes' : await ws.io.ask({ code: 'SC3535', text, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC3535', kind: 'user', message: 'Nothing was adopted.', next: ['or answer the question beforehand: stagecraft attach --adopt --yes'] });
}
