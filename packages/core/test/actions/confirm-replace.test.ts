import { describe, expect, it } from '@jest/globals';
import { confirmReplace } from '../../src/actions/confirm-replace.js';
import type { Workspace } from '../../src/actions/types.js';
import type { Desired } from '../../src/compose/model.js';
import type { DraftPlan } from '../../src/plan/types.js';

const desired = {
  services: [
    { name: 'api', kind: 'service', dependsOn: [{ service: 'db' }] },
    { name: 'db', kind: 'data', dependsOn: [] },
    { name: 'mail', kind: 'service', dependsOn: [] },
    { name: 'migrate', kind: 'job', dependsOn: [{ service: 'db' }] },
    { name: 'web', kind: 'service', dependsOn: [{ service: 'api' }] },
  ],
  routes: [{ service: 'web', port: 1 }, { service: 'api', path: '/api', port: 1 }, { service: 'mail', path: '/mail', port: 1 }],
} as unknown as Desired;

const planOf = (change: string, replace = ['db']): DraftPlan => ({ replace, services: [{ service: 'db', change }] }) as unknown as DraftPlan;

async function asked(plan: DraftPlan, answer: string, confirmed: readonly string[] = []): Promise<{ told: string[]; questions: number; error?: { code: string; next: readonly string[] } }> {
  const told: string[] = [];
  let questions = 0;
  const io = { event: (event: { data: { text: string } }) => void told.push(event.data.text), ask: () => Promise.resolve((questions++, answer)) };
  const error = await confirmReplace({ io, yes: true } as unknown as Workspace, plan, desired, confirmed).then(() => undefined, (e: unknown) => e as { code: string; next: readonly string[] });
  return { told, questions, ...(error ? { error } : {}) };
}

describe('CLI_REPLACE: before a data service is replaced', () => {
  it('tells what is away meanwhile, over others too, and asks for its name', async () => {
    const { told, questions, error } = await asked(planOf('replace'), 'db');
    expect(told).toEqual(['db holds data: it is stopped, then made anew on the same volumes. It is away until the new one is healthy. api and web need it, and so do requests to */ and */api.']);
    expect({ questions, error }).toEqual({ questions: 1, error: undefined });
  });

  it.each(['', 'yes', 'DB'])('takes %j for no, also with --yes', async (answer) => {
    const { error } = await asked(planOf('replace'), answer);
    expect(error?.code).toBe('SC5053');
    expect(error?.next.join()).toContain('--replace db --confirm-replace db');
  });

  it('asks nothing where it was named beforehand, or where nothing ends', async () => {
    expect((await asked(planOf('replace'), '', ['db'])).questions).toBe(0);
    expect(await asked(planOf('none'), '')).toEqual({ told: [], questions: 0 });
    expect((await asked(planOf('replace'), '', ['cache'])).error?.code).toBe('SC5053');
  });
});
