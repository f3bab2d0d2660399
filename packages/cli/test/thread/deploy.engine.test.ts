import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { listReleases, planAction, showRelease, status } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { composeProject, stageOf } from './stage.js';

engineTest('CLI_DEPLOY: a deploy of several services on a real engine', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  const environment = (value: string): string => `environment: { GREETING: "${value}" }`;
  const app = (greeting: string, more: readonly string[] = []): Readonly<Record<string, string>> => compose(sleeper('api', [healthy, environment(greeting), ...more]), sleeper('web', [healthy, 'depends_on: [api]']));

  // Each test begins with version `hello` deployed and healthy.
  beforeEach(async () => {
    await stage.write({ ...config(here.project), ...app('hello') });
    await stage.deploy();
  });

  it('does nothing, and records nothing, when reality already matches', async () => {
    const before = await listReleases(stage.ws);
    const result = await stage.deploy();
    expect(result.outcome).toBe('nothing to do');
    expect((await listReleases(stage.ws)).releases).toEqual(before.releases);
    expect((await planAction(stage.ws, { refresh: true, filter: {}, pull: false })).steps).toEqual([]);
  });

  it('replaces what changed and leaves the rest alone', async () => {
    const [api, web] = [await stage.running('api'), await stage.running('web')];
    await stage.write(app('good day'));
    const result = await stage.deploy();
    expect(result).toMatchObject({ outcome: 'completed', decision: 'commit', exitCode: 0 });
    expect(await stage.running('web')).toEqual(web);
    const now = await stage.running('api');
    expect(now).toHaveLength(1);
    expect(now).not.toEqual(api);
    expect(await stage.inspect(now[0] ?? '', '{{json .Config.Env}}')).toContain('GREETING=good day');
    expect(result.release?.changes).toEqual({ api: 'replaced', web: 'unchanged' });
  });

  it('records a release that was asked for by version even when no container changes', async () => {
    const [api] = await stage.running('api');
    const result = await stage.deploy({ version: 'v2' });
    expect(result.release).toMatchObject({ version: 'v2', outcome: 'completed', changes: { api: 'unchanged', web: 'unchanged' } });
    expect(await stage.running('api')).toEqual([api]);
  });

  it('leaves the old version serving when the new one is never healthy, and says why with its last lines', async () => {
    const api = await stage.running('api');
    await stage.write(compose(sleeper('api', ['healthcheck: { test: [CMD, "false"], interval: 200ms, retries: 2 }', environment('sick')]), sleeper('web', [healthy, 'depends_on: [api]'])));
    const error = await stage.failedDeploy();
    expect(error.kind).toBe('returned');
    expect(error.message).toMatch(/api.* is unhealthy/s);
    expect(await stage.running('api')).toEqual(api);
    const [newest] = (await listReleases(stage.ws)).releases;
    expect(newest).toMatchObject({ outcome: 'returned', phases: { rollout: { status: 'failed' }, finalize: { status: 'skipped' } } });
    expect(await here.docker(['ps', '-aq', '--filter', `label=stagecraft.release=${newest?.id ?? ''}`])).toBe('');
    expect((await status(stage.ws)).healthy).toBe(true);
  });

  it('leaves the old version serving when the new one exits at once, and shows what it said', async () => {
    const api = await stage.running('api');
    await stage.write(compose(sleeper('api', [environment('gone'), 'entrypoint: [sh, -c, "echo no such database >&2; exit 3"]']), sleeper('web', [healthy, 'depends_on: [api]'])));
    const error = await stage.failedDeploy();
    expect(error.kind).toBe('returned');
    // A restart policy may have run it a second time before anybody could look.
    expect(new Set(error.tail)).toEqual(new Set(['no such database']));
    expect(error.message).toMatch(/exited with 3|restarted/);
    expect(await stage.running('api')).toEqual(api);
  });

  it('takes a removed service down after the commit', async () => {
    await stage.write(compose(sleeper('api', [healthy, environment('hello')])));
    const result = await stage.deploy();
    expect(result.release?.changes).toEqual({ api: 'unchanged', web: 'removed' });
    expect(await stage.running('web')).toEqual([]);
  });

  it('stops and removes what a failed first deploy started', async () => {
    const folder = join(here.dir, 'first');
    await mkdir(folder, { recursive: true });
    const first = stageOf(here, () => folder);
    await first.write({ ...config(`${here.project}first`), ...compose(sleeper('one', [healthy]), sleeper('two', ['entrypoint: ["false"]', 'depends_on: [one]'])) });
    const error = await first.failedDeploy();
    expect(error.kind).toBe('returned');
    expect(error.message).toContain('first release');
    expect(await here.docker(['ps', '-aq', '--filter', `label=com.docker.compose.project=${here.project}first-prod`])).toBe('');
  });

  it('CLI_RELEASES: tells the story of a release from the journal', async () => {
    await stage.write(app('another day'));
    const { release } = await stage.deploy();
    const { story, changes } = await showRelease(stage.ws, release?.id ?? '');
    const texts = story.map((line) => line.text);
    expect(texts[0]).toContain('opened');
    expect(texts).toEqual(expect.arrayContaining(['phase rollout: running', 'local/api/start: completed', 'decision: commit', 'closed: completed']));
    expect(texts.indexOf('decision: commit')).toBeLessThan(texts.indexOf('local/api/remove: completed'));
    expect(changes.map((change) => change.service)).toEqual(['api', 'web']);
  });

  it('refuses a stack that was started by hand under its name', async () => {
    await here.docker(['run', '-d', '--label', `com.docker.compose.project=${composeProject(here)}`, '--label', 'com.docker.compose.service=api', '--name', `${here.project}-stranger`, 'busybox:1.35', 'sleep', '600']);
    try {
      await stage.write(app('more'));
      const error = await stage.failedDeploy();
      expect(error).toMatchObject({ code: 'SC3513', kind: 'user' });
      expect(error.message).toContain(`${here.project}-stranger`);
    } finally {
      await here.docker(['rm', '-f', `${here.project}-stranger`]);
    }
  });

  it('refuses an environment with hosts, and says what to do', async () => {
    await stage.write({ 'stagecraft.yml': `version: 1\nproject: { name: ${here.project} }\nenvironments:\n  prod: { hosts: [deploy@203.0.113.10] }\n` });
    const error = await stage.failedDeploy();
    expect(error).toMatchObject({ code: 'SC5003', kind: 'user' });
    expect(error.location).toMatchObject({ file: 'stagecraft.yml', line: 4 });
    expect((await planAction(stage.ws, { refresh: false, filter: {}, pull: false })).hosts).toHaveLength(1);
    await rm(join(here.dir, 'stagecraft.yml'));
  });
});
