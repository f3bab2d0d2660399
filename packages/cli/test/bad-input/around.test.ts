import { describe, expect, it } from '@jest/globals';
import { badAround } from '../../../../spec/bad-input/around.js';
import { said } from './said.js';

describe('CORE_CONFIG, CORE_ENV_RESOLUTION: what is wrong around the Compose file', () => {
  it.each(badAround.map((one) => [one.title, one] as const))('is told of where it is wrong: %s', async (_title, { files, says }) => {
    const { kind, lines, findings } = await said(files);
    expect(lines[0]).toBe(says);
    expect(kind).toBe('user');
    for (const { location, next } of findings) {
      expect(location?.line).toBeGreaterThan(0);
      expect(location?.column).toBeGreaterThan(0);
      expect(next).not.toHaveLength(0);
    }
  });
});
