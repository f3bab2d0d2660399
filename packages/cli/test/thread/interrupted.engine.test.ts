import { beforeEach, expect, it } from '@jest/globals';
import { listReleases, lockStatus, showRelease } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { stageOf } from './stage.js';

engineTest('CLI_PHASE_EXECUTION_COMMON: a deploy that was interrupted', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  let count = 0;
  const change = (): Promise<void> => stage.write(compose(sleeper('api', [healthy, `environment: { COUNT: "${(count += 1)}" }`])));

  beforeEach(async () => {
    await stage.write(config(here.project));
    await change();
    await stage.deploy();
    await change();
  });

  for (const [step, moment] of [['local/api/start', 'running'], ['local/api/start', 'completed'], ['local/api/gate', 'running'], ['local/api/stop', 'running'], ['local/api/stop', 'completed']] as const) {
    it(`is open after Ctrl-C when ${step} is ${moment}; --resume completes it`, async () => {
      const error = await stage.interruptedAt(step, moment);
      expect(error.kind).toBe('interrupted');
      expect(error.next).toContain('stagecraft deploy --resume');
      expect(await lockStatus(stage.ws)).toMatchObject({ stepRunning: false, open: { kind: 'deploy' } });
      expect((await lockStatus(stage.ws)).lock).toBeUndefined();

      const blocked = await stage.failedDeploy();
      expect(blocked).toMatchObject({ kind: 'locked', next: ['stagecraft deploy --resume --env prod', 'stagecraft deploy --abort --env prod'] });

      const resumed = await stage.deploy({ resume: true });
      expect(resumed).toMatchObject({ outcome: 'completed', decision: 'commit' });
      const running = await stage.running('api');
      expect(running).toHaveLength(1);
      expect(await stage.inspect(running[0] ?? '', '{{json .Config.Env}}')).toContain(`COUNT=${count}`);
      expect(await stage.failedDeploy({ resume: true })).toMatchObject({ code: 'SC5020', kind: 'user' });
      expect((await stage.deploy()).outcome).toBe('nothing to do');
    });
  }

  it('is taken back by --abort: the prior containers serve, and nothing of the new ones is left', async () => {
    const before = await stage.running('api');
    await stage.interruptedAt('local/api/stop', 'completed');
    expect(await stage.running('api')).not.toEqual(before);
    const aborted = await stage.deploy({ abort: true });
    expect(aborted).toMatchObject({ outcome: 'returned', decision: 'abort', exitCode: 0 });
    expect(await stage.running('api')).toEqual(before);
    expect(await stage.inspect(before[0] ?? '', '{{.HostConfig.RestartPolicy.Name}}')).toBe('always');
    const [newest] = (await listReleases(stage.ws)).releases;
    expect(newest?.outcome).toBe('returned');
    expect(await here.docker(['ps', '-aq', '--filter', `label=stagecraft.release=${newest?.id ?? ''}`])).toBe('');
  });

  it('cannot be taken back once it is committed', async () => {
    await stage.interruptedAfterDecision();
    const refused = await stage.failedDeploy({ abort: true });
    expect(refused).toMatchObject({ code: 'SC3220', kind: 'user' });
    expect(refused.next).toContain('then: stagecraft rollback');
    await stage.deploy({ resume: true });
  });

  it('tells in the story of the release that it was resumed', async () => {
    await stage.interruptedAt('local/api/gate', 'running');
    const { release } = await stage.deploy({ resume: true });
    const { story } = await showRelease(stage.ws, release?.id ?? '');
    expect(story.filter((line) => line.text === 'phase rollout: running')).toHaveLength(2);
  });
});
