import { appendFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { diffReleases, history, prune, scale, status, watchStatus, type DeployResult, type PruneOptions } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { stageOf } from './stage.js';

engineTest('CLI_SCALE: another number of containers', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  const to = (counts: Readonly<Record<string, number>>): Promise<DeployResult> => scale(stage.ws, { counts, dryRun: false, lockWaitMs: 0 });
  const app = (greeting: string, replicas = 2): Readonly<Record<string, string>> => compose(sleeper('api', [healthy, `environment: { GREETING: "${greeting}" }`, `deploy: { replicas: ${replicas} }`]), sleeper('worker', [healthy]), sleeper('one', [healthy, `container_name: ${here.project}-one`]));

  it('comes and goes without touching what is there, and is kept over a deploy until the config says another', async () => {
    await stage.write({ ...config(here.project), ...app('a') });
    const first = await stage.deploy();
    const [before, worker] = [await stage.running('api'), await stage.running('worker')];
    expect(await to({ api: 4 })).toMatchObject({ outcome: 'completed', release: { kind: 'scale', target: first.release?.id, changes: { api: 'scaled', worker: 'unchanged' } } });
    const four = await stage.running('api');
    expect(four).toHaveLength(4);
    expect(four).toEqual(expect.arrayContaining([...before]));
    expect(await to({ api: 4 })).toMatchObject({ outcome: 'nothing to do' });
    expect(await stage.deploy()).toMatchObject({ outcome: 'nothing to do' });
    await stage.write(app('b'));
    await stage.deploy();
    expect(await stage.running('api')).toHaveLength(4);
    expect(await status(stage.ws)).toMatchObject({ drift: [] });
    await stage.write(app('b', 1));
    await stage.deploy();
    expect(await stage.running('api')).toHaveLength(1);
    expect(await stage.running('worker')).toEqual(worker);
    expect((await history(stage.ws, {})).entries.map((entry) => `${entry.kind} ${entry.text}`.trim())).toEqual(['deploy', 'deploy', 'scale api=4', 'deploy']);
    await expect(to({ one: 2 })).rejects.toMatchObject({ kind: 'user', code: 'SC5081', message: expect.stringContaining('container name') as unknown });
    await expect(to({ apo: 2 })).rejects.toMatchObject({ code: 'SC5080', next: ['Services: api, one, worker'] });
  });
});

engineTest('CLI_PRUNE, CLI_HISTORY, CLI_RELEASES: what old releases leave, and what is told', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  const app = (count: number): Readonly<Record<string, string>> => ({
    ...config(here.project),
    ...compose(sleeper('api', [healthy, 'build: .', `environment: { COUNT: "${count}" }`, 'volumes: ["./conf.txt:/conf.txt:ro", "kept:/kept"]']).replace('    image: busybox:1.35\n', '')),
    Dockerfile: `FROM busybox:1.35\nLABEL count=${count}\n`,
    'conf.txt': `${count}\n`,
  });
  const cleaned = (more: Partial<PruneOptions> = {}): ReturnType<typeof prune> => prune(stage.ws, { dryRun: false, lockWaitMs: 0, keep: 2, ...more });

  it('goes with all that only they need; a rollback to each kept one works', async () => {
    const made: string[] = [];
    for (const count of [1, 2, 3]) {
      const text = app(count);
      await stage.write({ ...text, 'docker-compose.yml': `${text['docker-compose.yml']}volumes: { kept: {} }\n` });
      made.push((await stage.deploy({ version: `v${count}` })).release?.id ?? '');
    }
    const images = async (): Promise<number> => (await here.docker(['images', '-q', '--no-trunc', '--filter', `label=stagecraft.project=${here.project}`])).split('\n').filter((line) => line !== '').length;
    expect(await images()).toBe(3);
    const shown = await cleaned({ dryRun: true });
    expect(shown).toMatchObject({ outcome: 'planned', kept: 2, releases: [{ id: made[0] }], files: [{}], runs: [{}] });
    expect(shown.images).toHaveLength(1);
    expect(await images()).toBe(3);
    expect(await cleaned()).toEqual({ ...shown, outcome: 'completed' });
    expect(await cleaned()).toMatchObject({ outcome: 'nothing to do', runs: [] });
    expect(await images()).toBe(2);
    expect((await readdir(join(here.hostDir, here.project, 'prod', 'releases'))).sort()).toEqual(made.slice(1));
    expect(await readdir(join(here.hostDir, here.project, 'prod', 'files'))).toHaveLength(2);
    const told = await history(stage.ws, {});
    expect(told.entries.map((entry) => [entry.kind, entry.version, entry.pruned])).toEqual([['prune', undefined, undefined], ['deploy', 'v3', undefined], ['deploy', 'v2', undefined], ['deploy', 'v1', true]]);
    expect(await stage.rollback()).toMatchObject({ outcome: 'completed', release: { target: made[1] } });
    expect((await diffReleases(stage.ws, 'v3', 'v2')).differences.map((one) => one.path)).toEqual(expect.arrayContaining(['services.api.environment.COUNT', 'services.api.image']));
    await here.docker(['volume', 'inspect', `${here.project}-prod_kept`]);
    expect((await cleaned({ keep: 1 })).releases).toEqual([{ id: made[2], version: 'v3', bytes: expect.any(Number) as unknown }]);
  });
});

engineTest('CLI_STATUS: what is watched', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);

  it('is told when it is not as the release says: what was changed by hand, and what does not run', async () => {
    await stage.write({ ...config(here.project), ...compose(sleeper('api', [healthy, 'volumes: ["./conf.txt:/conf.txt:ro"]'])), 'conf.txt': 'one\n' });
    await stage.deploy();
    const { release, drift } = await status(stage.ws);
    expect(drift).toEqual([]);
    const folder = join(here.hostDir, here.project, 'prod');
    const [digest = ''] = await readdir(join(folder, 'files'));
    await appendFile(join(folder, 'releases', release?.id ?? '', 'docker-compose.yml'), '# by hand\n');
    await writeFile(join(folder, 'files', digest, 'conf.txt'), 'by hand\n');
    const [id = ''] = await stage.running('api');
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const now of watchStatus({ ...stage.ws, signal: stop.signal }, { intervalMs: 100 })) {
      const told = now.drift.map((one) => `${one.kind} ${one.service}: ${one.text}`).join('; ');
      if (seen.at(-1) !== `${now.healthy} ${told}`) seen.push(`${now.healthy} ${told}`);
      if (seen.length === 1) await here.docker(['stop', '-t', '0', id]);
      if (!now.healthy) stop.abort();
    }
    expect(seen).toEqual([`true config : the Compose file of ${release?.id} on the host was changed by hand; files api: conf.txt was changed on the host`, `false containers api: 0 of 1 containers run; config : the Compose file of ${release?.id} on the host was changed by hand; files api: conf.txt was changed on the host`]);
  });
});
