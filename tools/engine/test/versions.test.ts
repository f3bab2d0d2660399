import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atLeast, parseVersion, versionText, type Version } from '../src/versions.js';

describe('CORE_STATE_TEST_ISOLATION: versions', () => {
  it.each([
    ['v2.26.1-4', [2, 26, 1]],
    ['26.1.5+dfsg1-9+deb13u1', [26, 1, 5]],
    ['5:28.2.2-1~debian', [28, 2, 2]],
    ['Docker Compose version v2.20.3', [2, 20, 3]],
    ['Docker version 26.1.5+dfsg1, build a72d7cd', [26, 1, 5]],
    ['2.20', [2, 20, 0]],
  ])('reads %s', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  it('reads none where there is none', () => {
    expect(parseVersion('no version here')).toBeUndefined();
    expect(atLeast(undefined, [0, 0, 0])).toBe(false);
  });

  it('orders versions by number, place by place', () => {
    const version = fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200)) as fc.Arbitrary<Version>;
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [left, right] = [a, b].map(([x, y, z]) => x * 1e6 + y * 1e3 + z) as [number, number];
        expect(atLeast(a, b)).toBe(left >= right);
        expect(parseVersion(`v${versionText(a)}-r1`)).toEqual(a);
      }),
    );
  });
});
