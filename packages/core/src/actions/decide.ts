import { fail, isStagecraftError } from '../errors/index.js';
import { decisionMade } from '../io/catalogue/phases.js';
import { keepsOpen } from '../phases/walk.js';
import type { Decision } from '../protocol/types.js';
import { onEach, type Operation } from './open-operation.js';

/**
 * What was decided: by the anchor, or where that is away by a copy of its decision.
 * @throws StagecraftError `mixed` when the anchor is away and no host has a copy: it may have decided or not, and nothing moves.
 */
export async function decisionOf(operation: Operation): Promise<Decision | undefined> {
  const { anchor, hosts, open } = operation;
  if (anchor) return anchor.store.readDecision(open.operation);
  const copies = await Promise.all(hosts.map((host) => host.store.readDecision(open.operation)));
  const copy = copies.find((decision) => decision !== undefined);
  if (copy) return copy;
  throw fail({
    code: 'SC3224',
    kind: 'mixed',
    message: `${open.release} is undecided: ${open.anchor}, which holds the decision, does not answer, and no other host has a copy of it. Nothing moves until it does.`,
    next: ['stagecraft status', 'stagecraft deploy --resume', 'stagecraft deploy --abort'],
    cause: operation.away.find(({ name }) => name === open.anchor)?.error,
  });
}

/** Publishes the decision at the anchor, once: the first one wins and is returned. @throws StagecraftError `mixed` when it can be neither written nor known. */
export async function decide(operation: Operation, wanted: Decision): Promise<Decision> {
  const { open, ws } = operation;
  const decision = await publish(operation, wanted);
  ws.io.event(decisionMade({ operation: open.operation, decision }));
  return decision;
}

/** Brings the anchor's decision to the other hosts: nothing old is removed, and nothing returns, where it is not. @returns by host, why it is not there. */
export async function copyDecision(operation: Operation, decision: Decision): Promise<ReadonlyMap<string, unknown>> {
  const { hosts, anchor, session, open } = operation;
  return onEach(hosts.filter((host) => host !== anchor), keepsOpen, async (host) => {
    const copy = await host.store.decide(session, open.operation, decision);
    if (copy !== decision) throw fail({ code: 'SC3225', kind: 'external', message: `${host.name} has the decision ${copy}, and ${open.anchor} has ${decision}: one of the two was edited. It is left as it is.`, next: ['stagecraft status'] });
  });
}

/** Writes it, and tells nobody. */
export async function publish(operation: Operation, wanted: Decision): Promise<Decision> {
  const { anchor, open, session } = operation;
  if (!anchor) return (await decisionOf(operation)) ?? wanted;
  try {
    return await anchor.store.decide(session, open.operation, wanted);
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'external') throw error;
    throw fail({
      code: 'SC3222',
      kind: 'mixed',
      message: `${open.release} is undecided: the decision could not be written on ${anchor.name}. Nothing old was removed, and nothing was taken back. ${error.message}`,
      next: [...error.next.filter((line) => !line.includes('run the command again')), 'stagecraft deploy --resume', 'stagecraft deploy --abort'],
      cause: error,
    });
  }
}
