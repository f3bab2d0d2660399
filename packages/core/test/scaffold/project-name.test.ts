import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isProjectName, projectName } from '../../src/scaffold/project-name.js';

describe('CLI_INIT: the name of a project', () => {
  it('is valid or absent, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('a', 'Z', '9', '-', '_', '.', '/', '@', ' ', 'é') })), (text) => {
        const name = projectName(text);
        expect(name === undefined || isProjectName(name)).toBe(true);
      }),
    );
  });

  it('stays as it is where it is valid', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$/), (text) => expect(projectName(text)).toBe(text)));
  });

  it.each([
    ['My Shöp!', 'my-shop'],
    ['@acme/web.app', 'web-app'],
    ['--x--', 'x'],
    ['日本', undefined],
    ['a'.repeat(39) + '-b', 'a'.repeat(39)],
  ])('of %s is %s', (text, name) => {
    expect(projectName(text)).toBe(name);
  });
});
