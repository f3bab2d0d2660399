import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createFiles, type DraftPlan } from '@stagecraft/core';
import type { Actions } from '../../src/base/actions.js';
import { inProject, run } from '../run.js';

type Verb = 'planAction' | 'deploy' | 'rollback' | 'build' | 'showRelease' | 'logs' | 'lockTake' | 'init' | 'execCommand' | 'runTask' | 'sshCommand' | 'scale' | 'prune' | 'history' | 'maintenance' | 'adopt' | 'proxyUpgrade';

/** What core is asked for by a command line; it answers with an error, so that nothing is shown. */
async function askedOf(verb: Verb, argv: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<unknown> {
  let asked: unknown = 'not called';
  const action = (_: unknown, options: unknown): never => {
    asked = options;
    throw new Error('enough');
  };
  const { stderr } = await run(argv, { cwd, env, actions: { createFiles, [verb]: action } as Partial<Actions> });
  if (asked === 'not called') throw new Error(stderr);
  return asked;
}

const deployDefaults = { filter: {}, dryRun: false, resume: false, abort: false, pull: false, acceptEmptyVolume: [], lockWaitMs: 0 };

describe('CLI_GLOBAL_FLAGS: core is asked for what the flags say', () => {
  it.each<[Verb, readonly string[], unknown]>([
    ['planAction', ['plan'], { refresh: false, filter: {}, pull: false }],
    ['planAction', ['plan', '--version', 'v2', '--refresh', '--pull'], { version: 'v2', refresh: true, filter: {}, pull: true }],
    [
      'planAction',
      ['plan', '--services', 'web,api', '--services', 'worker', '--roles', 'app', '--hosts', 'web-1', '--phases', 'build,rollout'],
      { refresh: false, pull: false, filter: { services: ['web', 'api', 'worker'], roles: ['app'], hosts: ['web-1'], phases: ['build', 'rollout'] } },
    ],
    ['deploy', ['deploy'], deployDefaults],
    ['deploy', ['deploy', '--version', 'v2', '--services', 'web', '--pull', '--lock-wait', '5m'], { ...deployDefaults, version: 'v2', filter: { services: ['web'] }, pull: true, lockWaitMs: 300_000 }],
    ['deploy', ['deploy', '--resume'], { ...deployDefaults, resume: true }],
    ['deploy', ['deploy', '--abort', '--lock-wait', '30s'], { ...deployDefaults, abort: true, lockWaitMs: 30_000 }],
    ['deploy', ['deploy', '--dry-run', '--accept-empty-volume', 'db,cache'], { ...deployDefaults, dryRun: true, acceptEmptyVolume: ['db', 'cache'] }],
    ['deploy', ['deploy', '--replace', 'db', '--confirm-replace', 'db'], { ...deployDefaults, replace: ['db'], confirmed: ['db'] }],
    ['maintenance', ['maintenance', 'on', '--page', 'p.html', '--retry-after', '10m'], { state: 'on', page: 'p.html', retryAfterS: 600, dryRun: false, lockWaitMs: 0 }],
    ['maintenance', ['maintenance', 'off', '--lock-wait', '5s'], { state: 'off', retryAfterS: 0, dryRun: false, lockWaitMs: 5000 }],
    ['adopt', ['attach', '--adopt', '--project', 'shop', '--dry-run'], { project: 'shop', dryRun: true, lockWaitMs: 0, show: expect.any(Function) }],
    ['proxyUpgrade', ['proxy', 'upgrade', '--pull'], { pull: true, force: false, dryRun: false, lockWaitMs: 0 }],
    ['rollback', ['rollback'], { dryRun: false, filter: {}, lockWaitMs: 0 }],
    ['rollback', ['rollback', '--to-previous'], { dryRun: false, filter: {}, lockWaitMs: 0 }],
    ['rollback', ['rollback', '--to-version', 'v1', '--dry-run'], { toVersion: 'v1', dryRun: true, filter: {}, lockWaitMs: 0 }],
    ['rollback', ['rollback', '--to-release', 'r-1', '--services', 'web'], { toRelease: 'r-1', dryRun: false, filter: { services: ['web'] }, lockWaitMs: 0 }],
    ['build', ['build', '--version', 'v2', '--services', 'web', '--no-cache', '--dry-run'], { version: 'v2', services: ['web'], dryRun: true, pull: false, push: false, noCache: true }],
    ['showRelease', ['releases', 'show', 'r-1'], 'r-1'],
    ['logs', ['logs'], { services: [], follow: false, on: expect.any(Function), away: expect.any(Function) }],
    ['logs', ['logs', 'web', 'worker', '-f', '--since', '15m', '--tail', '20'], { services: ['web', 'worker'], follow: true, since: '15m', tail: 20, on: expect.any(Function), away: expect.any(Function) }],
    ['execCommand', ['exec', 'api', '--json', '--', 'ls', '-la', '--json'], { service: 'api', command: ['ls', '-la', '--json'] }],
    ['execCommand', ['exec', 'api', '--index', '2', '--host', 'web-2', '-u', 'node', '-w', '/app', '--json', '--', 'sh'], { service: 'api', command: ['sh'], index: 2, host: 'web-2', user: 'node', workdir: '/app' }],
    ['execCommand', ['exec', 'api', '--container', 'shop-prod-api-1', '--json', 'sh'], { service: 'api', command: ['sh'], container: 'shop-prod-api-1' }],
    ['runTask', ['run', 'api', '--json'], { service: 'api', command: [], detach: false }],
    ['runTask', ['run', 'api', '-d', '--json', '--', 'node', '-e', '1'], { service: 'api', command: ['node', '-e', '1'], detach: true }],
    ['sshCommand', ['ssh', 'web-1', '--json', '--', 'ls', '-la', '--json'], { host: 'web-1', command: ['ls', '-la', '--json'] }],
    ['sshCommand', ['ssh', '--json', '--', 'uptime'], { command: ['uptime'] }],
    ['sshCommand', ['ssh', '--role', 'data', '--json', '--', 'df', '-h'], { role: 'data', command: ['df', '-h'] }],
    ['sshCommand', ['ssh', 'web-1', '--json'], { host: 'web-1', command: [] }],
    ['sshCommand', ['ssh', 'web-1', '--json', 'uptime'], { host: 'web-1', command: ['uptime'] }],
    ['scale', ['scale', 'api=8', 'worker=0', '--lock-wait', '5s'], { counts: { api: 8, worker: 0 }, dryRun: false, lockWaitMs: 5000 }],
    ['prune', ['prune', '--keep', '3', '--dry-run'], { keep: 3, dryRun: true, lockWaitMs: 0 }],
    ['prune', ['prune'], { dryRun: false, lockWaitMs: 0 }],
    ['history', ['history', '-n', '5'], { limit: 5 }],
    ['lockTake', ['lock', 'take', '--id', 'abc'], { id: 'abc' }],
    ['lockTake', ['lock', 'take'], {}],
    ['init', ['init'], { interactive: true, force: false }],
    ['init', ['init', 'shop', '--non-interactive', '--force'], { interactive: false, force: true, name: 'shop' }],
    ['init', ['init', '--yes'], { interactive: false, force: false }],
  ])('%s by %j', (verb, argv, options) =>
    inProject(async (cwd) => {
      expect(await askedOf(verb, argv, cwd)).toEqual(options);
    }),
  );

  it('and the variables, where no flag is', () =>
    inProject(async (cwd) => {
      expect(await askedOf('deploy', ['deploy'], cwd, { STAGECRAFT_VERSION: 'v7', STAGECRAFT_DRY_RUN: '1', STAGECRAFT_LOCK_WAIT: '1m' })).toEqual({ ...deployDefaults, version: 'v7', dryRun: true, lockWaitMs: 60_000 });
    }));
});

describe('a saved plan', () => {
  const plan = { steps: [], findings: [] } as unknown as DraftPlan;
  const texts: Partial<Actions> = { renderPlanText: () => 'the plan\n', renderPlanJson: () => '{}\n', savePlan: () => 'saved\n' };

  it('is written by plan --out, from where the person stands', () =>
    inProject(async (cwd) => {
      const { stdout, exitCode } = await run(['plan', '--out', 'plan.json'], { cwd, actions: { ...texts, planAction: () => Promise.resolve(plan) } });
      expect(stdout).toBe('the plan\n');
      expect(exitCode).toBe(0);
      expect(await readFile(join(cwd, 'plan.json'), 'utf8')).toBe('saved\n');
    }));

  it('that cannot be written is an error of the user', () =>
    inProject(async (cwd) => {
      const { stderr, exitCode } = await run(['plan', '--out', 'nowhere/plan.json'], { cwd, actions: { ...texts, planAction: () => Promise.resolve(plan) } });
      expect(stderr).toContain('the plan cannot be saved as nowhere/plan.json: ENOENT');
      expect(exitCode).toBe(1);
    }));

  it('is handed to deploy with its path', () =>
    inProject(async (cwd) => {
      await writeFile(join(cwd, 'plan.json'), 'saved\n');
      expect(await askedOf('deploy', ['deploy', '--plan', 'plan.json'], cwd)).toEqual({ ...deployDefaults, saved: { path: 'plan.json', text: 'saved\n' } });
    }));

  it('that is not there is an error with the command that makes it', () =>
    inProject(async (cwd) => {
      const { stderr, exitCode } = await run(['deploy', '--plan', 'none.json'], { cwd });
      expect(stderr).toContain('there is no saved plan none.json');
      expect(stderr).toContain('Run: stagecraft plan --out none.json');
      expect(exitCode).toBe(1);
    }));
});

describe('init --dry-run', () => {
  it('shows the config, and writes nothing', () =>
    inProject(async (cwd) => {
      const init: Actions['init'] = async (ws) => {
        await ws.files.write('stagecraft.yml', 'text');
        return { outcome: 'written', files: ['stagecraft.yml'], found: ['docker-compose.yml with 2 services'], text: 'version: 1\n', next: ['stagecraft plan'] };
      };
      const { stdout } = await run(['init', '--dry-run'], { cwd, actions: { init } });
      expect(stdout).toBe('  docker-compose.yml with 2 services\nwould write  stagecraft.yml\n\nversion: 1\n    Run: stagecraft plan\n');
      expect(await readFile(join(cwd, 'stagecraft.yml'), 'utf8')).not.toBe('text');
    }));
});

describe('lock take --dry-run', () => {
  it('shows the lock, and takes nothing', () =>
    inProject(async (cwd) => {
      const { stdout, exitCode } = await run(['lock', 'take', '--dry-run'], { cwd, actions: { lockStatus: () => Promise.resolve({ stepRunning: false }) } });
      expect(stdout).toBe('free: nobody acts, nothing is unfinished\n');
      expect(exitCode).toBe(0);
    }));
});

describe('the project', () => {
  it('is found by what was deployed from it, where its config is gone', () =>
    inProject(async (cwd) => {
      await rm(join(cwd, 'stagecraft.yml'));
      expect((await run(['rollback', '--yes'], { cwd })).stderr).toContain('there is no stagecraft.yml in this folder, nor in one above it');
      await mkdir(join(cwd, '.stagecraft'));
      await mkdir(join(cwd, 'deeper'));
      await writeFile(join(cwd, '.stagecraft', 'serving.json'), '{}');
      expect(await askedOf('rollback', ['rollback', '--yes'], join(cwd, 'deeper'))).toEqual({ dryRun: false, filter: {}, lockWaitMs: 0 });
    }));
});
