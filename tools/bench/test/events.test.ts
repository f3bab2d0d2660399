import { describe, expect, it } from '@jest/globals';
import { healthyToAcknowledged, parseEvents } from '../src/events.js';

const line = (at: string, action: string, status: string): string => JSON.stringify({ v: 1, seq: 1, at, type: 'step', code: 'SC3202', data: { action, status } });
const told = [
  line('2030-01-01T00:00:01.000Z', 'container.gate', 'running'),
  line('2030-01-01T00:00:02.000Z', 'container.gate', 'completed'),
  line('2030-01-01T00:00:02.010Z', 'route.admit', 'running'),
  line('2030-01-01T00:00:02.250Z', 'route.admit', 'completed'),
];

describe('GOV_V1_CORE: the events of a measured deploy', () => {
  it('say how long it took from healthy to acknowledged', () => expect(healthyToAcknowledged(parseEvents(`${told.join('\n')}\n`))).toBe(250));

  it.each(['container.gate', 'route.admit'])('say nothing without the end of %s', (action) => {
    const rest = told.filter((text) => !(text.includes(action) && text.includes('completed')));
    expect(() => healthyToAcknowledged(parseEvents(rest.join('\n')))).toThrow(action);
  });
});
