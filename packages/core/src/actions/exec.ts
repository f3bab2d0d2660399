import { serviceDigest } from '../compose/digest.js';
import type { DesiredService } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import type { ContainerState } from '../ports/containers.js';
import { askEach, noneAnswers } from './ask-each.js';
import type { OpenHost } from './host.js';
import { identify } from './identity.js';
import { servingModel } from './serving-model.js';
import { leftOut, taskHosts } from './task-hosts.js';
import { carryTask, placeFlags } from './task.js';
import type { ExecCommandOptions, TaskResult, Workspace } from './types.js';

/**
 * Runs a command in a container of a service that runs: a healthy one of the serving release, of the first host that has one, unless the options name another.
 * Where several hosts have the service it says which it is.
 * @throws StagecraftError `user` when there is no such container.
 */
export async function execCommand(ws: Workspace, options: ExecCommandOptions): Promise<TaskResult> {
  if (options.command.length === 0) throw fail({ code: 'SC5050', kind: 'user', message: 'There is no command to run in the container.', next: [`stagecraft exec ${options.service} -- sh`] });
  const identity = await identify(ws);
  const { hosts, away } = await taskHosts(ws, identity, options.host);
  const list = ({ containers }: OpenHost): Promise<readonly ContainerState[]> => containers.list({ 'com.docker.compose.project': identity.composeProject, 'com.docker.compose.service': options.service });
  const [{ desired }, seen] = await Promise.all([servingModel(hosts, identity), askEach({ hosts, away }, list)]);
  const placed = seen.answers.flatMap(({ host, answer }) => answer.map((container) => ({ host, container })));
  if (placed.length === 0 && seen.away.length > 0) throw noneAnswers(seen.away);
  const chosen = chooseContainer(placed, options, desired.services.find((service) => service.name === options.service), desired.services.map((service) => service.name));
  if (options.host === undefined) for (const text of [...leftOut(seen.away), ...several(chosen, placed)]) ws.io.event(holdsOpen({ text }));
  const { host, container } = chosen;
  const argv = ['docker', 'exec', ...(options.foreground ? ['--interactive'] : []), ...(options.foreground?.tty ? ['--tty'] : []), ...placeFlags(options), container.id, ...options.command];
  return carryTask(ws, { host, service: options.service, container: container.name, release: container.labels['stagecraft.release'] ?? '' }, argv, options);
}

/** A container, and the host that has it. */
export interface PlacedContainer<Host = OpenHost> {
  readonly host: Host;
  readonly container: ContainerState;
}

/** The container that is meant; of several a healthy one of what serves, on the first host, the one with the lowest number. */
export function chooseContainer<Host extends { readonly name: string }>(placed: readonly PlacedContainer<Host>[], options: Pick<ExecCommandOptions, 'service' | 'index' | 'container'>, service: DesiredService | undefined, services: readonly string[]): PlacedContainer<Host> {
  const hosts = [...new Set(placed.map(({ host }) => host.name))];
  const running = placed.filter(({ container }) => container.status === 'running');
  const named = options.container;
  const asked = running.filter(({ container: c }) => (options.index === undefined || c.number === options.index) && (named === undefined || c.name === named || (named.length >= 4 && c.id.startsWith(named))));
  const digest = service && serviceDigest(service);
  const unfit = ({ container: c }: PlacedContainer<Host>): number => (c.health === undefined || c.health === 'healthy' ? 0 : c.health === 'starting' ? 1 : 2) + (digest === undefined || c.labels['stagecraft.digest'] === digest ? 0 : 4);
  const best = [...asked]
    .sort((a, b) => unfit(a) - unfit(b) || hosts.indexOf(a.host.name) - hosts.indexOf(b.host.name) || (a.container.number ?? 0) - (b.container.number ?? 0) || (a.container.id < b.container.id ? -1 : 1))
    .at(0);
  if (best) return best;
  const which = `${options.index === undefined ? '' : ` with the number ${options.index}`}${named === undefined ? '' : ` called ${named}`}`;
  const on = ({ host }: PlacedContainer<Host>): string => (hosts.length > 1 ? ` on ${host.name}` : '');
  throw fail({
    code: 'SC5052',
    kind: 'user',
    message: placed.length === 0 && !service ? `The environment has no service ${options.service}.` : `No container of ${options.service}${which} runs.`,
    next: running.length > 0 ? [`Running: ${running.map((one) => `${one.container.name}${on(one)} (--index ${one.container.number ?? 1})`).join(', ')}`] : service ? ['stagecraft status', `stagecraft run ${options.service} -- COMMAND`] : [`Services: ${services.join(', ')}`],
  });
}

/** Who asks for one of several must know which it was. */
function several({ host, container }: PlacedContainer, placed: readonly PlacedContainer[]): readonly string[] {
  const names = [...new Set(placed.filter((one) => one.container.status === 'running').map((one) => one.host.name))];
  return names.length > 1 ? [`${container.service ?? container.name} runs on ${names.join(', ')}; this is ${container.name} on ${host.name} (another: --host NAME)`] : [];
}
