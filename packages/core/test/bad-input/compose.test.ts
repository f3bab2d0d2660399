import { describe, expect, it } from '@jest/globals';
import { badCompose } from '../../../../spec/bad-input/compose.js';
import { line } from '../config/project.js';
import { said } from './said.js';

describe('CORE_COMPOSE: a Compose file that is wrong', () => {
  it.each(badCompose.map((one) => [one.title, one] as const))('is told of where it is wrong: %s', async (_title, { files, says }) => {
    const found = await said(files);
    expect(found[0] && line(found[0])).toBe(says);
    expect(found.length).toBeLessThanOrEqual(100);
    for (const { location, next } of found) {
      expect(location?.line).toBeGreaterThan(0);
      expect(location?.column).toBeGreaterThan(0);
      expect(next).not.toHaveLength(0);
    }
  });

  it('none twice', () => {
    expect(new Set(badCompose.map(({ title }) => title)).size).toBe(badCompose.length);
  });
});
