import type { PhaseName } from '../../plan/types.js';
import type { Decision } from '../../protocol/types.js';
import { message } from '../message.js';

export const operationBegins = message<{ operation: string; kind: 'deploy' | 'rollback' | 'scale'; release: string; version: string; environment: string; project: string; resumed: boolean }>({
  type: 'operation',
  code: 'SC3206',
  description: 'A deploy or rollback begins, or goes on after --resume.',
  payload: { operation: 'id of the operation', kind: 'deploy or rollback', release: 'id of the release it makes', version: 'version', environment: 'environment', project: 'project', resumed: 'true after --resume or --abort' },
  text: (d) => `${d.resumed ? 'resuming ' : ''}${d.kind} of ${d.project} ${d.version} to ${d.environment} (${d.release})`,
});

export const operationEnded = message<{ outcome: 'nothing to do' | 'completed' | 'returned' | 'failed' | 'mixed' | 'interrupted'; release: string; durationMs: number }>({
  type: 'operation',
  code: 'SC3207',
  description: 'The operation came to its end, or was left open.',
  payload: { outcome: 'what it came to', release: 'id of the release', durationMs: 'milliseconds since it began' },
  text: (d) => `${d.release}: ${d.outcome}`,
});

export const requestsWitnessed = message<{ url: string; sent: number; lost: number; losses: readonly { at: string; how: string; during: readonly string[] }[] }>({
  type: 'notice',
  code: 'SC3241',
  description: 'What the witness of `rollout.witness` saw while the release was rolled out.',
  payload: { url: 'what it asked', sent: 'requests since the first good answer', lost: 'how many had none, or one of 500 and above', losses: 'the first hundred of them: when, how, during which steps' },
  text: (d) => (d.sent === 0 ? `witness: ${d.url} never answered` : `witness: ${d.lost} of ${d.sent} requests to ${d.url} were lost${d.losses.length > 0 ? `: ${d.losses.slice(0, 3).map(({ at, how, during }) => `${at} ${how}${during.length > 0 ? ` during ${during.join(', ')}` : ''}`).join('; ')}${d.lost > 3 ? '; …' : ''}` : ''}`),
});

export const phaseStatus = message<{ phase: PhaseName; status: 'running' | 'completed' | 'failed' | 'skipped'; steps: number }>({
  type: 'phase',
  code: 'SC3201',
  description: 'A phase begins or ends.',
  payload: { phase: 'the phase', status: 'its new status', steps: 'number of steps in it' },
  text: (d) => `${d.phase}: ${d.status}`,
});

export const stepStatus = message<{
  id: string;
  host: string;
  service: string;
  action: string;
  why: string;
  status: 'running' | 'completed' | 'failed' | 'skipped' | 'undoing' | 'undone';
  durationMs: number;
  index: number;
  total: number;
}>({
  type: 'step',
  code: 'SC3202',
  description: 'A step begins or ends. `skipped`: it was done before.',
  payload: {
    id: 'step id, as in local/web/start',
    host: "host name; '' for the operator's machine",
    service: "service; '' where the step is of none",
    action: 'kind of step',
    why: 'why it is in the plan',
    status: 'its new status',
    durationMs: 'milliseconds since it began; 0 while it runs',
    index: 'place in the plan, from 1',
    total: 'number of steps in the plan',
  },
  text: (d) => `${d.id}: ${d.status}${d.status === 'running' ? ` (${d.why})` : ''}`,
});

export const stepWaiting = message<{ step: string; for: string }>({
  type: 'step',
  code: 'SC3203',
  description: 'A step waits, and for what.',
  payload: { step: 'step id', for: 'what it waits for' },
  text: (d) => `${d.step}: waiting for ${d.for}`,
});

export const stepOutput = message<{ step: string; line: string; stream: 'stdout' | 'stderr' }>({
  type: 'output',
  code: 'SC3204',
  description: 'A line that a tool printed while a step ran.',
  payload: { step: 'step id', line: 'the line, secrets masked', stream: 'stdout or stderr' },
  text: (d) => d.line,
});

export const decisionMade = message<{ operation: string; decision: Decision }>({
  type: 'operation',
  code: 'SC3205',
  description: 'The one decision of the operation: commit or abort. After commit there is no return.',
  payload: { operation: 'id of the operation', decision: 'commit or abort' },
  text: (d) => `decision: ${d.decision}`,
});

export const holdsOpen = message<{ text: string }>({
  type: 'notice',
  code: 'SC3208',
  description: 'A sentence for everyone about the running operation.',
  payload: { text: 'the sentence' },
  text: (d) => d.text,
});
