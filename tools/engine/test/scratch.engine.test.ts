import { afterAll, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { belongings } from '../test-support/belongings.js';
import { engineSocket, engineTest, scratch } from '../test-support/index.js';

let ended: { project: string; hostDir: string } | undefined;

engineTest('CORE_STATE_TEST_ISOLATION: a scratch scope', () => {
  const scope = scratch({ marks: () => ['0dd0dd'] });
  // Hooks run in the order in which they are registered, so this one after the scope's own.
  afterAll(async () => {
    if (!ended) throw new Error('the scope has seen no test');
    expect(await belongings(engineSocket(), [ended.project, 'stagecraft-proxy-0dd0dd'])).toEqual([]);
    expect(existsSync(ended.hostDir)).toBe(false);
  });

  it('finds what its tests made: by name, by label, by folder', async () => {
    ended = { project: scope.project, hostDir: scope.hostDir };
    writeFileSync(join(scope.dir, 'compose.yaml'), 'services: { web: { image: "busybox:1.35", command: sleep 600, stop_grace_period: 0s, volumes: ["data:/data"] } }\nvolumes: { data: {} }\n');
    await scope.docker(['compose', '--project-name', `${scope.project}-test`, 'up', '--detach', '--quiet-pull']);
    await scope.docker(['network', 'create', '00stagecraft-0dd0dd']);
    mkdirSync(join(scope.hostDir, 'proxy'));
    await scope.docker(['run', '--detach', '--name', 'stagecraft-proxy-0dd0dd', '--label', 'stagecraft.dir=0dd0dd', '--volume', `${scope.hostDir}/proxy:/routes`, 'busybox:1.35', 'sleep', '600']);
    await scope.docker(['tag', 'busybox:1.35', `${scope.project}/web:1`]);
    expect((await scope.left()).map((one) => `${one.kind} ${one.name.replaceAll(scope.project, 'P')}`).sort()).toEqual([
      'container P-test-web-1',
      'container stagecraft-proxy-0dd0dd',
      'image P/web:1',
      'network 00stagecraft-0dd0dd',
      'network P-test_default',
      'volume P-test_data',
    ]);
  });

  it('gives programs the engine and the folder in their environment', async () => {
    expect(scope.env.DOCKER_HOST).toBe(process.env['STAGECRAFT_TEST_ENGINE']);
    expect(existsSync(scope.env.STAGECRAFT_HOST_DIR)).toBe(true);
    expect((await scope.tryDocker(['inspect', 'no-such-thing'])).code).not.toBe(0);
  });
});
