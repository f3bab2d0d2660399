import { decisionMade, operationBegins, operationEnded, phaseStatus, stepOutput, stepStatus, stepWaiting, type Event } from '@stagecraft/core';

export const begins = (): Event => operationBegins({ operation: 'op-1', kind: 'deploy', release: 'r-2', version: 'v2', environment: 'prod', project: 'shop', resumed: false });
export const ended = (outcome: 'completed' | 'returned'): Event => operationEnded({ outcome, release: 'r-2', durationMs: 12_300 });
export const phase = (name: 'build' | 'rollout' | 'finalize', status: 'running' | 'completed' | 'failed' | 'skipped', steps = 2): Event => phaseStatus({ phase: name, status, steps });
export const decision = (): Event => decisionMade({ operation: 'op-1', decision: 'commit' });

export function step(id: string, status: 'running' | 'completed' | 'failed' | 'skipped' | 'undoing' | 'undone', more: { durationMs?: number; index?: number; total?: number; why?: string } = {}): Event {
  const [host = '', service = '', verb = ''] = id.split('/');
  return stepStatus({ id, host, service, action: `container.${verb}`, why: more.why ?? `${service} changed`, status, durationMs: more.durationMs ?? 0, index: more.index ?? 1, total: more.total ?? 4 });
}

export const waiting = (id: string, what: string): Event => stepWaiting({ step: id, for: what });
export const output = (id: string, line: string): Event => stepOutput({ step: id, line, stream: 'stdout' });

/** A whole deploy of one service. */
export const story: readonly Event[] = [
  begins(),
  phase('build', 'running', 1),
  step('/web/build', 'running', { index: 1, why: 'its Dockerfile changed' }),
  output('/web/build', '#5 [2/4] RUN npm ci'),
  step('/web/build', 'completed', { index: 1, durationMs: 4200 }),
  phase('build', 'completed', 1),
  phase('rollout', 'running', 3),
  step('local/web/start', 'running', { index: 2, why: 'the image changed' }),
  step('local/web/start', 'completed', { index: 2, durationMs: 900 }),
  step('local/web/gate', 'running', { index: 3, why: 'a new container has to be healthy first' }),
  waiting('local/web/gate', 'health of web-3'),
  waiting('local/web/gate', 'health of web-3'),
  step('local/web/gate', 'completed', { index: 3, durationMs: 5100 }),
  phase('rollout', 'completed', 3),
  decision(),
  phase('finalize', 'skipped', 0),
  ended('completed'),
];
