import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { adopt } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { composeProject, stageOf } from './stage.js';

engineTest('CLI_ADOPT and CLI_REPLACE: a stack that was started by hand', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  const store = (more: string): string => sleeper('store', [healthy, 'volumes: ["rows:/rows"]', more]);
  const files = (more: string): Readonly<Record<string, string>> => {
    const services = compose(sleeper('app', [healthy, more]), store(more));
    return { ...services, 'docker-compose.yml': `${services['docker-compose.yml']}volumes: { rows: {} }\n` };
  };

  it('is refused until it is adopted, then deployed around its data, which another container gets only by name', async () => {
    await stage.write({ ...config(here.project), ...files('environment: { WORD: one }') });
    await here.docker(['compose', '--progress', 'quiet', '-p', composeProject(here), '--project-directory', here.dir, '-f', join(here.dir, 'docker-compose.yml'), 'up', '-d', '--wait']);
    const [[app], [data]] = [await stage.running('app'), await stage.running('store')];
    await here.docker(['exec', data ?? '', 'touch', '/rows/kept']);
    expect((await stage.failedDeploy()).code).toBe('SC3513');

    const shown: unknown[] = [];
    const options = { dryRun: false, lockWaitMs: 0, show: (what: unknown) => void shown.push(what) };
    const adopted = await adopt(stage.ws, options);
    expect(adopted).toMatchObject({ outcome: 'adopted', composeProject: composeProject(here), services: [{ service: 'app', next: 'rolling' }, { service: 'store', next: 'kept' }] });
    expect(shown).toHaveLength(1);
    expect([await stage.running('app'), await stage.running('store')]).toEqual([[app], [data]]);
    expect((await adopt(stage.ws, options)).outcome).toBe('unchanged');

    await stage.deploy({ version: 'v1' });
    expect(await stage.running('store')).toEqual([data]);
    expect(await stage.running('app')).toEqual([expect.not.stringContaining(app ?? '')]);

    await stage.write(files('environment: { WORD: two }'));
    await stage.deploy({ version: 'v2', replace: ['store'], confirmed: ['store'] });
    const [replaced] = await stage.running('store');
    expect(replaced).not.toBe(data);
    await here.docker(['exec', replaced ?? '', 'test', '-e', '/rows/kept']);
    await expect(adopt(stage.ws, options)).rejects.toMatchObject({ code: 'SC3530' });
  });
});
