import { serviceDigest } from '../compose/digest.js';
import type { DesiredService } from '../compose/model.js';
import { fail } from '../errors/index.js';
import type { ContainerState } from '../ports/containers.js';
import { localHost } from './host.js';
import { identify } from './identity.js';
import { servingModel } from './serving-model.js';
import { carryTask, placeFlags } from './task.js';
import type { ExecCommandOptions, TaskResult, Workspace } from './types.js';

/**
 * Runs a command in a container of a service that runs: a healthy one of the serving release, unless the options name another.
 * @throws StagecraftError `user` when there is no such container.
 */
export async function execCommand(ws: Workspace, options: ExecCommandOptions): Promise<TaskResult> {
  if (options.command.length === 0) throw fail({ code: 'SC5050', kind: 'user', message: 'There is no command to run in the container.', next: [`stagecraft exec ${options.service} -- sh`] });
  const identity = await identify(ws);
  const host = await localHost(ws, identity, 'exec');
  const [{ desired }, containers] = await Promise.all([servingModel([host], identity), host.containers.list({ 'com.docker.compose.project': identity.composeProject, 'com.docker.compose.service': options.service })]);
  const chosen = chooseContainer(containers, options, desired.services.find((service) => service.name === options.service), desired.services.map((service) => service.name));
  const argv = ['docker', 'exec', ...(options.foreground ? ['--interactive'] : []), ...(options.foreground?.tty ? ['--tty'] : []), ...placeFlags(options), chosen.id, ...options.command];
  return carryTask(ws, { host: host.name, service: options.service, container: chosen.name, release: chosen.labels['stagecraft.release'] ?? '' }, argv, options);
}

/** The container that is meant; of several a healthy one of what serves, the one with the lowest number. */
export function chooseContainer(containers: readonly ContainerState[], options: Pick<ExecCommandOptions, 'service' | 'index' | 'container'>, service: DesiredService | undefined, services: readonly string[]): ContainerState {
  const running = containers.filter((c) => c.status === 'running');
  const named = options.container;
  const asked = running.filter((c) => (options.index === undefined || c.number === options.index) && (named === undefined || c.name === named || (named.length >= 4 && c.id.startsWith(named))));
  const digest = service && serviceDigest(service);
  const unfit = (c: ContainerState): number => (c.health === undefined || c.health === 'healthy' ? 0 : c.health === 'starting' ? 1 : 2) + (digest === undefined || c.labels['stagecraft.digest'] === digest ? 0 : 4);
  const best = [...asked].sort((a, b) => unfit(a) - unfit(b) || (a.number ?? 0) - (b.number ?? 0) || (a.id < b.id ? -1 : 1)).at(0);
  if (best) return best;
  const which = `${options.index === undefined ? '' : ` with the number ${options.index}`}${named === undefined ? '' : ` called ${named}`}`;
  throw fail({
    code: 'SC5052',
    kind: 'user',
    message: containers.length === 0 && !service ? `The environment has no service ${options.service}.` : `No container of ${options.service}${which} runs.`,
    next: running.length > 0 ? [`Running: ${running.map((c) => `${c.name} (--index ${c.number ?? 1})`).join(', ')}`] : service ? ['stagecraft status', `stagecraft run ${options.service} -- COMMAND`] : [`Services: ${services.join(', ')}`],
  });
}
