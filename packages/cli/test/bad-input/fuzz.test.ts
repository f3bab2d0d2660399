import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spoilt } from '../../../../spec/bad-input/fuzz.js';
import { valid } from '../../../../spec/bad-input/valid.js';
import { said } from './said.js';

describe('CORE_CONFIG, CORE_COMPOSE: any file', () => {
  it('nothing is wrong with those that are not spoilt', async () => {
    expect(await said(valid)).toMatchObject({ kind: 'nothing', lines: [] });
  });

  it.each(['stagecraft.yml', 'docker-compose.yml', 'prod.env'])('%s, spoilt, is a plan or errors that have a place', async (path) => {
    await fc.assert(
      fc.asyncProperty(spoilt(valid[path] as string), async (text) => {
        const { kind, findings } = await said({ ...valid, [path]: text });
        expect(['nothing', 'user']).toContain(kind);
        for (const { location, message } of findings) {
          expect([message, location?.line]).toEqual([message, expect.any(Number)]);
          expect(location?.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});
