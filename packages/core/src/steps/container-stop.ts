import { quote } from '../hosts/quote.js';
import type { Action, OldContainer } from '../plan/types.js';
import type { ContainerState } from '../ports/containers.js';
import { gate, passed } from './gate.js';
import type { StepKind, StepWorld } from './types.js';

type Stop = Extract<Action, { kind: 'container.stop' }>;

/** Ends the old containers and keeps them, so that they can serve again until the decision is commit. */
export const containerStop: StepKind<Stop> = {
  async done(action, world) {
    const found = await inspectAll(action, world);
    return found.every(({ old, now }) => !now || (now.status !== 'running' && now.restartPolicy === 'no' && !(action.edge && action.edge in now.networks) && (!action.rename || now.name === keptName(old, world))));
  },
  script: (action, world) => [...policyAndStop(action), ...action.ids.flatMap((old) => offTheEdge(action, old)), ...action.ids.flatMap((old) => rename(action, old, keptName(old, world)))].join('\n'),
  timeoutMs: (action) => action.graceMs + 90_000,
  undo: {
    async done(action, world) {
      const found = await inspectAll(action, world);
      // A stop may be on its way in the engine. Its policy comes back after that was waited for, so it tells; where it was `no` all the time, nothing does.
      return found.every(({ old, now }) => now !== undefined && old.restartPolicy !== 'no' && now.restartPolicy === old.restartPolicy && (old.stopped || (old.sick && now.status === 'running') || passed(now, { settleMs: 0 }, world.clock.now())) && (!action.edge || old.aliases.length === 0 || action.edge in now.networks));
    },
    script: (action) =>
      [
        // A stop whose client died goes on in the engine, and would end what is started meanwhile: the same stop again waits for it.
        ...stopCommand(action),
        ...action.ids.flatMap((old) => rename(action, old, old.name)),
        ...action.ids.map((old) => `docker update --restart=${quote(old.restartPolicy)} ${old.id} >/dev/null`),
        ...action.ids.flatMap((old) => onTheEdge(action, old)),
        ...action.ids.filter((old) => !old.stopped).map((old) => `timeout -k 10 60 docker start ${old.id} >/dev/null`),
      ].join('\n'),
    timeoutMs: (action) => action.graceMs + 120_000,
    async settle(action, world) {
      const find = async (): Promise<readonly ContainerState[]> => (await inspectAll(action, world)).flatMap(({ old, now }) => (now && mustBeWell(old) ? [{ ...now, restartCount: 0 }] : []));
      if (action.ids.some(mustBeWell)) await gate(world, { service: action.service, timeoutMs: 120_000, settleMs: 0 }, find);
    },
  },
};

/** What was sick before cannot be asked to be well: it would keep the way back from its end for good. */
function mustBeWell(old: OldContainer): boolean {
  return !old.stopped && !old.sick;
}

async function inspectAll(action: Stop, world: StepWorld): Promise<readonly { old: OldContainer; now: ContainerState | undefined }[]> {
  return Promise.all(action.ids.map(async (old) => ({ old, now: await world.containers.inspect(old.id) })));
}

function policyAndStop(action: Stop): string[] {
  // First the policy: with `always` a reboot between stop and commit would start old and new together (measured).
  return [...action.ids.map((old) => `docker update --restart=no ${old.id} >/dev/null`), ...stopCommand(action)];
}

function stopCommand(action: Stop): string[] {
  const seconds = Math.ceil(action.graceMs / 1000);
  return action.ids.length === 0 ? [] : [`timeout -k 10 ${seconds + 60} docker stop -t ${seconds} ${action.ids.map((old) => old.id).join(' ')} >/dev/null`];
}

// Only after the stop: disconnecting cuts open requests.
function offTheEdge(action: Stop, old: OldContainer): string[] {
  if (!action.edge) return [];
  // It mostly is on it, and to ask first costs as much as to do it.
  const leave = `docker network disconnect ${action.edge} ${old.id}`;
  return [`${leave} 2>/dev/null || if ${connected(action.edge, old.id)}; then ${leave}; fi`];
}

function onTheEdge(action: Stop, old: OldContainer): string[] {
  if (!action.edge || old.aliases.length === 0) return [];
  return [`${connected(action.edge, old.id)} || docker network connect ${old.aliases.map((alias) => `--alias ${alias}`).join(' ')} ${action.edge} ${old.id}`];
}

function connected(edge: string, id: string): string {
  return `docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' ${id} | grep -qxF ${edge}`;
}

function keptName(old: OldContainer, world: StepWorld): string {
  return `${old.name}-kept-${world.plan.operation.slice(-8)}`;
}

function rename(action: Stop, old: OldContainer, name: string): string[] {
  return action.rename ? [`[ "$(docker inspect -f '{{.Name}}' ${old.id})" = ${quote(`/${name}`)} ] || docker rename ${old.id} ${quote(name)}`] : [];
}
