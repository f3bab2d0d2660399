import { describe, expect, it } from '@jest/globals';
import { strategyOf, verdictOf, type VerdictInput } from '../../src/rollout/verdict.js';
import { obstacle, service } from '../plan/world.js';

const given = (over: Partial<VerdictInput>): VerdictInput => ({ service: service('web'), change: 'replace', routed: true, dependants: [], ends: true, remains: true, ...over });
const blocked = service('web', { obstacles: [obstacle('host_port', 'publishes port 80 of the host', 7), obstacle('not_routed', 'no route leads to it', 3, false)] });

describe('DEPLOY_ROLLOUT: the verdict', () => {
  it('promises that none is lost for what is routed, rolling and has a healthcheck, and says when long connections end', () => {
    expect(verdictOf(given({}))).toEqual({ strategy: 'rolling', promise: 'none lost', reasons: [{ text: 'long connections end after 30 s of draining' }] });
  });

  it('says that requests by name are best effort', () => {
    expect(verdictOf(given({ dependants: ['api', 'worker'] })).reasons.map((r) => r.text)).toContain('requests by name, as from api, worker, are best effort');
  });

  it.each([
    ['without a healthcheck', { service: service('web', { healthcheck: false, settleMs: 1_500 }) }, 'without a healthcheck 1.5 s of running must do'],
    ['without a route', { routed: false }, 'no route leads to it'],
  ])('is best effort %s', (_, over, text) => {
    const { promise, reasons } = verdictOf(given(over));
    expect([promise, reasons[0]?.text, reasons[0]?.location?.line]).toEqual(['best effort', text, 10]);
  });

  it.each([
    ['what stands against rolling, at its line', blocked, 'publishes port 80 of the host', 7],
    ['a singleton', service('web', { singleton: true }), 'it is a singleton: never two at once', 10],
    ['what holds data', service('web', { kind: 'data' }), 'it holds data', 10],
    ['what asks for it', service('web', { strategy: 'recreate' }), 'strategy recreate is asked for', 10],
  ])('is recreate, with a gap, for %s', (_, of, text, line) => {
    expect(verdictOf(given({ service: of }))).toEqual({ strategy: 'recreate', promise: 'interrupted', reasons: [{ text, location: expect.objectContaining({ line }) }] });
  });

  it('leaves alone what is held, unchanged or never deployed', () => {
    for (const over of [{ change: 'held' }, { change: 'none' }, { service: service('web', { kind: 'external' }) }] as const) expect(verdictOf(given(over))).toMatchObject({ strategy: 'none', promise: 'untouched' });
  });

  it('tells of no gap where nothing that serves ends, and of one where none is wanted', () => {
    expect(verdictOf(given({ service: blocked, change: 'create', ends: false })).promise).toBe('best effort');
    expect(verdictOf(given({ change: 'scale', ends: false })).promise).toBe('none lost');
    expect(verdictOf(given({ change: 'scale', remains: false })).promise).toBe('interrupted');
  });

  it('takes the strategy that is asked for, but never two of a singleton', () => {
    expect([strategyOf(service('web', { strategy: 'recreate' })), strategyOf(blocked), strategyOf(service('web', { singleton: true, strategy: 'rolling' }))]).toEqual(['recreate', 'recreate', 'recreate']);
  });
});
