import type { Change } from '../../plan/types.js';
import type { Finding } from '../../plugin-api/failure.js';
import { message } from '../message.js';

export const planMade = message<{ state: 'draft' | 'sealed'; kind: 'deploy' | 'rollback' | 'scale'; version: string; basis: 'live' | 'record' | 'none'; steps: number; services: Readonly<Record<string, Change>>; digest: string; summary: string }>({
  type: 'operation',
  code: 'SC2201',
  description: 'A plan is made: the draft before build and push, or the sealed one that runs.',
  payload: {
    state: 'draft or sealed',
    kind: 'deploy or rollback',
    version: 'version',
    basis: 'live, record or none',
    steps: 'number of steps',
    services: 'change by service',
    digest: 'SHA-256 of what it was made from',
    summary: 'the sum in one line',
  },
  text: (d) => d.summary,
});

export const planFinding = message<Finding>({
  type: 'finding',
  code: 'SC2202',
  description: 'Something that the planner or a check before it noticed.',
  payload: { severity: 'error or warning', code: 'code of the finding', message: 'what it is', next: 'what to do, one entry a line', location: 'file, line and column', service: 'the service it is about' },
  text: (d) => `${d.severity} ${d.code}${d.location ? ` ${d.location.file}:${d.location.line}:${d.location.column}` : ''} ${d.message}`,
});
