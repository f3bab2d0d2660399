import { renderOneOff } from '../compose/one-off.js';
import { fail } from '../errors/index.js';
import { commandLine, quote } from '../hosts/quote.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import type { OpenHost } from './host.js';
import { identify } from './identity.js';
import { oneOffHost } from './one-off-host.js';
import { oneOffSource } from './one-off-source.js';
import { servingModel } from './serving-model.js';
import { taskHosts } from './task-hosts.js';
import { carryTask, placeFlags } from './task.js';
import type { OneOffOptions, TaskResult, Workspace } from './types.js';

/**
 * Runs a one-off container of a service as the serving release has it: image, values, networks and mounts. It is no container of the service: deploys leave it
 * alone and the proxy does not know it. It is removed when it ends, also after Ctrl-C. It takes no lock; any number may run. Of several hosts that have the
 * service it is the first, and it says so.
 * @throws StagecraftError `user` where nothing serves, or there is no such service.
 */
export async function runTask(ws: Workspace, options: OneOffOptions): Promise<TaskResult> {
  const identity = await identify(ws);
  const { hosts, away } = await taskHosts(ws, identity, options.host);
  const { release, desired } = await servingModel(hosts, identity);
  const { host, notes } = await oneOffHost(ws, { hosts, away }, desired, options);
  const { service, values } = await oneOffSource(ws, host, release, desired, options.service);
  for (const text of notes) ws.io.event(holdsOpen({ text }));
  const name = `${desired.composeProject}-run-${service.name}-${ws.clock.random(4)}`;
  const file = `${host.scope.folder}/secrets/run-${name}.yml`;
  await putFile(host, file, renderOneOff({ desired, service, values, name, labels: { release: release.id, dir: host.scope.dir } }));
  const remove = ['docker', 'rm', '--force', '--volumes', name];
  const argv = [
    'docker', 'compose', '--progress', 'quiet', '--project-name', name, '--project-directory', `${host.scope.folder}/releases/${release.id}`, '--file', file, '--env-file', '/dev/null',
    'run', '--rm', '--no-deps', '--name', name, ...(options.detach ? ['--detach'] : []), ...(options.foreground?.tty && !options.detach ? [] : ['--no-TTY']), ...placeFlags(options), service.name, ...options.command,
  ];
  const place = { host, service: service.name, container: name, release: release.id };
  // Compose gives up at a signal and leaves the container to itself: it goes to the container instead.
  const hooks = { signalled: (signal: string) => ['docker', 'kill', '--signal', signal, name], orphaned: ['sh', '-c', `rm -f ${quote(file)}; ${commandLine(remove)}`] };
  const end = ended(ws, host, remove, service.stopGraceMs);
  try {
    if (!options.detach) return await carryTask(ws, place, argv, options, hooks);
    const started = await carryTask({ ...ws, io: { ...ws.io, event: () => undefined } }, place, argv, {});
    if (started.exitCode === 0) return { host: host.name, service: service.name, container: name, release: release.id, exitCode: 0 };
    throw fail({ code: 'SC5053', kind: 'external', message: `The one-off container of ${service.name} was not started.`, next: ['stagecraft status', `stagecraft run ${service.name} -- COMMAND`], tail: (started.stderr ?? '').trim().split('\n').slice(-10) });
  } finally {
    await end(options.detach);
    await host.shell.run(`rm -f ${quote(file)}`, { timeoutMs: 30_000, again: true });
  }
}

/**
 * After the first signal the program has the service's grace period to end by itself. @returns what to call at the end: it makes sure that nothing is left,
 * unless the container is to go on.
 */
function ended(ws: Workspace, host: OpenHost, remove: readonly string[], graceMs: number): (goesOn: boolean) => Promise<void> {
  // The connection may have broken with that of the command, whose exit code says so: it is made again.
  const clear = async (): Promise<void> => void (await host.shell.run(`timeout -k 5 60 ${commandLine(remove)} >/dev/null 2>&1 || :`, { timeoutMs: 90_000, again: true }));
  const stop = new AbortController();
  const onAbort = (): void => void ws.clock.sleep(graceMs, stop.signal).then(clear, () => undefined);
  ws.signal.addEventListener('abort', onAbort, { once: true });
  return async (goesOn) => {
    ws.signal.removeEventListener('abort', onAbort);
    stop.abort();
    if (!goesOn) await clear();
  };
}

/** Values never stand in argv: they come on standard input. What earlier runs left that were killed is swept. */
async function putFile(host: OpenHost, path: string, content: string): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const script = `umask 077
mkdir -p ${quote(folder)} && find ${quote(folder)} -maxdepth 1 -name 'run-*.yml*' -mmin +60 -exec rm -f {} +
cat >${quote(`${path}.stagecraft-temp`)} && mv -f ${quote(`${path}.stagecraft-temp`)} ${quote(path)}`;
  const result = await host.shell.run(script, { stdin: content, timeoutMs: 60_000 });
  if (result.exitCode !== 0) throw fail({ code: 'SC5054', kind: 'external', message: `The Compose file of the one-off container could not be written to ${folder} on ${host.name}.`, next: [`df -h ${quote(folder)}`], tail: result.stderr.trim().split('\n').slice(-5) });
}
