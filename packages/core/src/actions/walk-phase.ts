import { fail } from '../errors/index.js';
import { phaseStatus } from '../io/catalogue/phases.js';
import { progressOf, type Progress } from '../phases/progress.js';
import type { Walk } from '../phases/types.js';
import { keepsOpen, walkSteps } from '../phases/walk.js';
import { phaseNames, type PhaseName, type SealedPlan, type Step } from '../plan/types.js';
import { onOperator } from '../steps/index.js';
import { carryTo, ownImages } from './carry.js';
import type { OpenHost } from './host.js';
import { loginsOf } from './logins.js';
import { hostOfStep, type Operation } from './open-operation.js';
import type { ProxyOf } from './proxy.js';
import { progressTo } from './transfer-progress.js';

export function walkOf(operation: Operation, plan: SealedPlan, proxies: ProxyOf): Walk {
  const { ws, session } = operation;
  const on = (step: Step): OpenHost => {
    const host = hostOfStep(operation, step);
    if (!host) throw fail({ code: 'SC5006', kind: 'external', message: `${step.host ?? operation.open.anchor} cannot be reached.`, next: ['stagecraft status'] });
    return host;
  };
  const images = ownImages(ws);
  const logins = loginsOf(ws);
  const pullOn = async ({ name, registry }: OpenHost, reference: string, tell: (how: string) => void): Promise<boolean> => {
    const login = registry && (await logins(reference));
    if (!login) return false;
    await registry.pull(reference, { login, signal: ws.signal, onBytes: progressTo((how) => tell(`${reference} to be on ${name}: ${how}`)) });
    return true;
  };
  return {
    plan,
    session,
    io: ws.io,
    signal: ws.signal,
    clock: ws.clock,
    images,
    on,
    world(step) {
      const { name, scope, containers, shell, files } = on(step);
      return { plan, host: step.host ?? name, scope, containers, shell, files, clock: ws.clock, signal: ws.signal, proxy: proxies(name), mask: (text) => ws.io.mask?.(text) ?? text, carry: (action, tell) => carryTo(on(step), images, action, ws.signal, tell), pull: (reference, tell) => pullOn(on(step), reference, tell), waiting: () => undefined };
    },
  };
}

/** One phase, its status written before and after at the anchor. A phase without steps is completed at once and costs nothing. Steps of hosts that are away wait for them. */
export async function walkPhase(operation: Operation, walk: Walk, phase: PhaseName): Promise<void> {
  const { hosts, anchor, session, open, ws } = operation;
  const steps = withinReach(operation, walk.plan.steps).filter((step) => step.phase === phase && !onOperator(step.action));
  if (steps.length === 0) return;
  const known = await progress(operation);
  if (known.phase(phase).status === 'completed' && sameBoot(walk, known, steps)) return;
  const tell = async (status: 'running' | 'completed' | 'failed'): Promise<void> => {
    await anchor?.store.note(session, { type: 'phase', operation: open.operation, phase, status });
    ws.io.event(phaseStatus({ phase, status, steps: steps.length }));
  };
  await Promise.all(hosts.map((host) => host.store.beat(session, phase)));
  await tell('running');
  try {
    // What is left to tidy up on one host is no reason to leave another untidy.
    await (phase === 'finalize' ? eachHost(walk, known, steps) : walkSteps(walk, known, steps));
  } catch (error) {
    if (!keepsOpen(error)) await tell('failed');
    throw error;
  } finally {
    if (phase === 'push') await walk.images?.release();
  }
  await tell('completed');
}

async function eachHost(walk: Walk, known: Progress, steps: readonly Step[]): Promise<void> {
  const hosts = [...new Set(steps.map((step) => step.host))];
  const ended = await Promise.allSettled(hosts.map((host) => walkSteps(walk, known, steps.filter((step) => step.host === host))));
  const reasons = ended.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
  if (reasons.length > 0) throw reasons.find(keepsOpen) ?? reasons[0];
}

export function withinReach(operation: Operation, steps: readonly Step[]): readonly Step[] {
  return steps.filter((step) => hostOfStep(operation, step) !== undefined);
}

export function sameBoot(walk: Walk, known: Progress, steps: readonly Step[]): boolean {
  return steps.every((step) => known.step(step.id, 'do')?.bootId === walk.on(step).bootId);
}

/** What all journals of the operation say, the anchor's first. A step is in the journal of its host alone, a phase in the anchor's. */
export async function progress(operation: Operation): Promise<Progress> {
  const { hosts, closed, anchor, open } = operation;
  const others = [...hosts, ...closed].filter((host) => host !== anchor);
  const journals = await Promise.all([...(anchor ? [anchor] : []), ...others].map((host) => host.store.readJournal()));
  return progressOf(journals.flat(), open.operation);
}

/** Phases that never came are `skipped`. */
export async function skipOpenPhases(operation: Operation): Promise<void> {
  const { anchor, session, open } = operation;
  const known = await progress(operation);
  for (const phase of phaseNames) {
    if (known.phase(phase).status !== 'pending') continue;
    await anchor?.store.note(session, { type: 'phase', operation: open.operation, phase, status: 'skipped' });
  }
}
