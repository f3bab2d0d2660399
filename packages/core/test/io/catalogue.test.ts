import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../../src/io/catalogue/index.js';

describe('CORE_LOGGING: the catalogue of events', () => {
  it('declares every code once, sorted', () => {
    const codes = catalogue.map((entry) => entry.code);
    expect(codes).toEqual([...new Set(codes)].sort());
  });

  it('has SC and four digits as code of every event', () => {
    for (const { code } of catalogue) expect(code).toMatch(/^SC\d{4}$/);
  });

  it('says of every member of a payload what it is', () => {
    for (const entry of catalogue) {
      expect(entry.description).toMatch(/\.$/);
      for (const text of Object.values(entry.payload)) expect(text).not.toBe('');
    }
  });
});
