import { fail } from '../errors/index.js';
import type { StepScript } from '../protocol/types.js';
import type { OpenHost } from './host.js';
import type { Held } from './under-lock.js';

/**
 * Runs one script that belongs to no plan: fenced by the lock, journalled before and after, under the name `step`. What it does must be such that it may
 * be done again. Gives what it reported.
 * @throws StagecraftError `external` SC5050 when it failed, SC5051 when nobody can tell; its last lines are the tail.
 */
export async function runStep(held: Pick<Held, 'ws' | 'session' | 'operation'>, host: OpenHost, step: string, script: Pick<StepScript, 'effects'> & Partial<Pick<StepScript, 'timeoutMs' | 'direction'>>): Promise<Readonly<Record<string, string>>> {
  const { session, operation, ws } = held;
  const outcome = await host.store.run(session, { operation, step, direction: 'do', attempt: 1, timeoutMs: 120_000, ...script }, { signal: ws.signal });
  if (outcome.state === 'completed') return outcome.result;
  if (outcome.state === 'failed') throw fail({ code: 'SC5050', kind: 'external', message: `${step} failed on ${host.name}: ${outcome.tail.at(-1) ?? `exit code ${outcome.exitCode}`}`, next: ['Mend that, and run the command again.'], tail: outcome.tail });
  throw fail({ code: 'SC5051', kind: 'external', message: `Nobody can tell whether ${step} was done on ${host.name}: ${outcome.reason}.`, next: ['Run the command again: it does what is left to do.'] });
}
