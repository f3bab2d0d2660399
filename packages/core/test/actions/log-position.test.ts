import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logPosition } from '../../src/actions/log-position.js';

interface Line {
  readonly stream: 'stdout' | 'stderr';
  readonly time: string;
}

const timeAt = (micros: number): string => `2030-01-02T03:04:${String(10 + Math.floor(micros / 1_000_000)).padStart(2, '0')}.${String(micros % 1_000_000).padStart(6, '0')}000Z`;

describe('CLI_LOGS: a log that is read on after a break', () => {
  it('gives each line once, wherever it broke, whatever stands twice at one time or behind a younger one of the other stream', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 2_000 })), { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 4 }), (made, breaks) => {
        // Each stream is in order; between the two there are up to a few milliseconds of disorder.
        const clock = { stdout: 0, stderr: 0 };
        const log: Line[] = made.map(([out, step]) => {
          const stream = out ? 'stdout' : 'stderr';
          clock[stream] = Math.max(clock[stream], Math.max(clock.stdout, clock.stderr) - 3_000) + (step % 3 === 0 ? 0 : step);
          return { stream, time: timeAt(clock[stream]) };
        });
        const position = logPosition();
        const seen: number[] = [];
        let until = 0;
        for (const more of [...breaks, log.length]) {
          until = Math.min(log.length, Math.max(until, more));
          const since = position.since();
          position.again();
          log.slice(0, until).forEach((line, at) => {
            if ((since === undefined || line.time >= since) && position.isNew(line)) seen.push(at);
          });
        }
        expect(seen).toEqual(log.map((_, at) => at));
      }),
      { numRuns: 500 },
    ));

  it('knows of no moment before the first line, and begins a little before the last', () => {
    const position = logPosition();
    expect(position.since()).toBeUndefined();
    position.isNew({ stream: 'stdout', time: timeAt(5_000_000) });
    expect(position.since()).toBe('2030-01-02T03:04:13.000Z');
  });

  it('takes a clock that was set back as it is, as long as nothing broke', () => {
    const position = logPosition();
    expect([timeAt(9), timeAt(3), timeAt(3)].map((time) => position.isNew({ stream: 'stdout', time }))).toEqual([true, true, true]);
  });
});
