import { quote } from '../hosts/quote.js';
import { allContainersCommand, ownContainers, ownContainersCommand } from './containers-of.js';
import { keptLog } from './kept-log.js';
import type { StepWorld } from './types.js';

/**
 * sh that makes sure that `count` containers of this operation exist for the service, and sets `ids` to their full ids. Old ones, running
 * or not, are left alone: plain `up --scale` would start stopped old ones, and repeated with less it removes new ones (measured).
 */
export function createScript(world: StepWorld, service: string, count: number): string {
  const { desired } = world.plan;
  const name = desired.services.find((s) => s.name === service)?.definition['container_name'];
  return [
    `mine=$(${ownContainersCommand(world, service)} | wc -l)`,
    `all=$(${allContainersCommand(world, service)} | wc -l)`,
    `if [ "$mine" -lt ${count} ]; then`,
    `  timeout -k 10 120 ${composeCommand(world)} up --no-start --no-deps --no-recreate --pull never --no-build --quiet-pull --scale ${service}=$((all - mine + ${count})) ${service}`,
    'fi',
    `ids=$(${ownContainersCommand(world, service)})`,
    `[ "$(printf '%s\\n' "$ids" | grep -c .)" -eq ${count} ] || { echo "expected ${count} new containers of ${service}"; exit 70; }`,
    // Compose refuses to scale a service with a fixed name, so the name is given afterwards; the old one was renamed when it stopped.
    ...(typeof name === 'string' ? [`[ "$(docker inspect -f '{{.Name}}' $ids)" = ${quote(`/${name}`)} ] || docker rename $ids ${quote(name)}`] : []),
    'result ids "$(echo $ids)"',
  ].join('\n');
}

/** `docker compose` with the release's two files: what everyone may read, and the 0600 one with values and labels. */
function composeCommand(world: StepWorld): string {
  const folder = `"$STAGECRAFT_ENV"/releases/${world.plan.release}`;
  return `docker compose --progress quiet -p ${world.plan.desired.composeProject} --project-directory ${folder} -f ${folder}/docker-compose.yml -f "$STAGECRAFT_ENV"/secrets/${world.plan.release}.yml --env-file /dev/null`;
}

/**
 * sh that stops and removes this operation's containers of the service, their last log lines kept in the run's folder. All are stopped at once: one
 * after the other, many that do not heed SIGTERM would outlast the step's time.
 */
export async function discardScript(world: StepWorld, service: string, graceMs: number): Promise<string> {
  const seconds = Math.ceil(graceMs / 1000);
  const logs = await Promise.all((await ownContainers(world, service)).map((container) => keptLog(world, container.id)));
  return [
    ...logs.flat(),
    `ids=$(${ownContainersCommand(world, service)})`,
    `[ -z "$ids" ] || timeout -k 10 ${seconds + 60} docker stop -t ${seconds} $ids >/dev/null || :`,
    '[ -z "$ids" ] || docker rm -f $ids >/dev/null',
  ].join('\n');
}

/** What such a script may take at most. */
export function discardMs(graceMs: number): number {
  return graceMs + 120_000;
}
