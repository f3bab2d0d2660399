import { fail } from '../errors/index.js';
import type { ContainerState } from '../ports/containers.js';
import type { StepWorld } from './types.js';

export interface GateRules {
  readonly service: string;
  readonly timeoutMs: number;
  /** How long a container without a healthcheck must run before it counts. */
  readonly settleMs: number;
}

const pollMs = 50;

/**
 * Waits until every container that `find` gives is healthy; without a healthcheck: has run for the settle time.
 * @throws StagecraftError at once when one exits, restarts or is unhealthy, and when the time is over; its last log lines in `tail`.
 */
export async function gate(world: StepWorld, rules: GateRules, find: () => Promise<readonly ContainerState[]>): Promise<void> {
  const begin = world.clock.now();
  for (;;) {
    const found = await find();
    for (const container of found) await refuseFailed(world, rules, container);
    const open = found.filter((c) => !passed(c, rules, world.clock.now()));
    if (found.length > 0 && open.length === 0) return;
    if (world.clock.now() - begin > rules.timeoutMs) throw await tooLate(world, rules, open[0]);
    world.waiting(waitingFor(open, rules));
    await world.clock.sleep(pollMs, world.signal);
  }
}

/** True when the container may take work now. */
export function passed(c: ContainerState, rules: Pick<GateRules, 'settleMs'>, now: number): boolean {
  if (c.status !== 'running' || Object.keys(c.networks).length === 0) return false;
  if (c.health !== undefined) return c.health === 'healthy';
  return c.startedAt !== undefined && now - Date.parse(c.startedAt) >= rules.settleMs;
}

async function refuseFailed(world: StepWorld, rules: GateRules, c: ContainerState): Promise<void> {
  const ended = c.status === 'exited' || c.status === 'dead';
  if (!ended && c.status !== 'restarting' && c.restartCount === 0 && c.health !== 'unhealthy') return;
  // A healthcheck fails as well where nothing runs: that it ended says more.
  const again = c.status === 'restarting' || c.restartCount > 0;
  const what = ended ? `exited with ${c.exitCode ?? 'an unknown code'}` : again ? `${c.status === 'restarting' && c.exitCode ? `exited with ${c.exitCode} and ` : ''}restarted ${c.restartCount === 1 ? 'once' : `${c.restartCount} times`}` : 'is unhealthy';
  throw fail({
    code: 'SC3401',
    kind: 'external',
    message: `The new container ${c.name} of ${rules.service} on ${world.host} ${what}${c.healthOutput && !ended && !again ? `: ${firstLine(c.healthOutput)}` : ''}.`,
    next: [`stagecraft logs ${rules.service}`],
    tail: await lastLines(world, c.id),
  });
}

async function tooLate(world: StepWorld, rules: GateRules, c: ContainerState | undefined): Promise<Error> {
  const state = c ? `is ${c.health ?? c.status}${c.healthOutput ? ` (last check: ${firstLine(c.healthOutput)})` : ''}` : 'is not there';
  return fail({
    code: 'SC3402',
    kind: 'external',
    message: `The new container ${c?.name ?? ''} of ${rules.service} on ${world.host} ${state} after ${rules.timeoutMs / 1000} s.`,
    next: [`Look at its healthcheck, or raise services.${rules.service}.rollout.health_timeout.`],
    tail: c ? await lastLines(world, c.id) : [],
  });
}

function waitingFor(open: readonly ContainerState[], rules: GateRules): string {
  const names = open.map((c) => c.name).join(', ');
  if (names === '') return `containers of ${rules.service} to appear`;
  return open.some((c) => c.health !== undefined) ? `${names} to become healthy` : `${names} to stay up for ${rules.settleMs / 1000} s`;
}

/** The container's last lines, for people. */
export async function lastLines(world: StepWorld, id: string, count = 20): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const line of world.containers.logs(id, { tail: count })) lines.push(line.text);
  } catch {
    // The log is an extra: its absence must not hide the failure that it would explain.
  }
  return lines.slice(-count);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
