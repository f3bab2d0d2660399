import { describe, expect, it } from '@jest/globals';
import { setComposeProject } from '../../src/scaffold/set-compose-project.js';

describe('CLI_ADOPT: the one line of the config', () => {
  it('stands above the first one of the environment, and nothing else moves', async () => {
    const text = 'version: 1\n# what\nenvironments:\n  dev: # mine\n    # the engine\n    driver: local # here\n    # later\n  prod:\n    driver: local\n';
    const done = await setComposeProject(text, 'dev', 'shop');
    expect(done?.text).toBe(text.replace('    driver: local # here', '    compose_project: shop\n    driver: local # here'));
    expect(done?.change).toEqual({ line: 6, after: '    compose_project: shop' });
  });

  it('takes the place of the one that is there', async () => {
    const text = 'environments:\n  prod:\n    driver: local\n    compose_project: "old" # why\n';
    const done = await setComposeProject(text, 'prod', 'shop');
    expect(done?.text).toBe(text.replace('"old"', 'shop'));
    expect(done?.change).toEqual({ line: 4, before: '    compose_project: "old" # why', after: '    compose_project: shop # why' });
  });

  it.each([
    ['{ driver: local }', '{ driver: local, compose_project: shop }'],
    ['{}', '{ compose_project: shop }'],
    ['{ driver: local, hosts: [a, b] }', '{ driver: local, hosts: [a, b], compose_project: shop }'],
  ])('goes into braces: %s', async (before, after) => {
    const done = await setComposeProject(`environments:\n  prod: ${before} # one\n`, 'prod', 'shop');
    expect(done?.text).toBe(`environments:\n  prod: ${after} # one\n`);
    expect(done?.change).toEqual({ line: 2, before: `  prod: ${before} # one`, after: `  prod: ${after} # one` });
  });

  it('is left to a person where the environment is no map, or is written elsewhere', async () => {
    expect(await setComposeProject('environments:\n  prod:\n', 'prod', 'shop')).toBeUndefined();
    expect(await setComposeProject('environments: {}\n', 'prod', 'shop')).toBeUndefined();
    expect(await setComposeProject('environments:\n  dev: &d { driver: local }\n  prod: *d\n', 'prod', 'shop')).toBeUndefined();
  });
});
