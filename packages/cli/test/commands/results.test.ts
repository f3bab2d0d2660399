import { describe, expect, it } from '@jest/globals';
import type { DeployResult, DraftPlan, LockStatus, LogEntry, ReleaseRecord, ReleaseStory, StatePulled, StatusResult } from '@stagecraft/core';
import type { Actions } from '../../src/base/actions.js';
import { inProject, run, type Ran } from '../run.js';

const done = { status: 'completed', startedAt: '2030-01-02T03:04:05.000Z', finishedAt: '2030-01-02T03:04:09.200Z' } as const;
const skipped = { status: 'skipped' } as const;

function release(id: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    format: 1,
    id,
    serial: 2,
    project: 'shop',
    environment: 'prod',
    version: 'v2',
    commit: '0123456789abcdef0123',
    kind: 'deploy',
    outcome: 'completed',
    startedAt: '2030-01-02T03:04:05.000Z',
    finishedAt: '2030-01-02T03:04:47.500Z',
    operator: 'ada@laptop',
    operation: 'op-2',
    phases: { build: done, push: skipped, migrate_pre: skipped, rollout: done, migrate_post: skipped, finalize: done },
    images: {},
    rendered: {},
    changes: { web: 'replaced', worker: 'replaced', db: 'held', cache: 'unchanged' },
    ...more,
  };
}

const failed = release('r-3', { outcome: 'returned', version: 'v3', failure: { code: 'SC3001', message: 'web-2 is unhealthy', phase: 'rollout', step: 'local/web/gate', service: 'web' } });
const lock: LockStatus = {
  stepRunning: true,
  lock: { session: 's-1', operation: 'op-2', phase: 'rollout', since: '2030-01-02T03:04:05.000Z', left: false, owner: { user: 'ada', machine: 'laptop', command: 'stagecraft deploy', bootId: '', pidNamespace: '', pid: 1, startTime: '' } },
  open: { operation: 'op-2', kind: 'deploy', release: 'r-3', version: 'v3', hosts: ['local'], anchor: 'local', since: '2030-01-02T03:04:05.000Z', by: 'ada' },
};
const status: StatusResult = {
  project: 'shop',
  environment: 'prod',
  healthy: false,
  release: release('r-2'),
  drift: [{ kind: 'containers', service: 'worker', text: 'runs 1 of 2' }],
  urls: ['http://localhost:8080/api'],
  hosts: [
    {
      name: 'local',
      reachable: true,
      engine: '28.0.1',
      proxy: { provider: 'traefik', running: true },
      services: [
        { service: 'web', kind: 'service', wanted: 2, running: 2, healthy: 2, version: 'v2', image: 'shop-web:v2', release: 'r-2', health: 'healthy', uptimeMs: 7_500_000 },
        { service: 'worker', kind: 'service', wanted: 2, running: 1, healthy: 0, version: 'v2', image: 'shop-worker:v2', release: 'r-2', health: 'unhealthy', uptimeMs: 61_000 },
        { service: 'migrate', kind: 'job', wanted: 0, running: 0, healthy: 0, version: 'v2', image: 'shop-web:v2', release: 'r-2', health: 'done' },
      ],
    },
    { name: 'web-2', reachable: false, error: 'connection refused', services: [] },
  ],
  ...(lock.lock === undefined ? {} : { lock: lock.lock }),
};
const pulled: StatePulled = {
  project: 'shop', environment: 'prod', cache: { path: '.stagecraft/releases.json', releases: 2 }, serving: { release: 'r-2', version: 'v2' }, lock,
  hosts: [
    { name: 'web-1', state: 'current', releases: 2, lacks: [], open: true },
    { name: 'web-2', state: 'behind', releases: 1, lacks: ['r-2'], open: false },
    { name: 'web-3', state: 'new', releases: 0, lacks: ['r-2', 'r-1'], open: false },
    { name: 'web-4', state: 'away', releases: 0, lacks: [], open: false, error: 'no route to it' },
    { name: 'web-5', state: 'forgotten', releases: 0, lacks: [], open: false },
    { name: 'web-6', state: 'replaced', releases: 0, lacks: ['r-2', 'r-1'], open: false },
  ],
  next: ['stagecraft lock take --id s-1 --env prod', 'stagecraft deploy --resume --env prod', 'stagecraft deploy --abort --env prod', 'stagecraft hosts adopt web-6 --env prod'],
};
const story: ReleaseStory = {
  release: failed,
  previous: release('r-2'),
  changes: [{ service: 'web', change: 'replaced', image: 'shop-web:v3', before: 'shop-web:v2' }],
  story: [
    { at: '2030-01-02T03:04:05.000Z', text: 'opened by ada on laptop' },
    { at: '2030-01-02T03:04:06.000Z', text: 'local/web/start', step: 'local/web/start', status: 'completed', durationMs: 900 },
    { at: '2030-01-02T03:05:07.000Z', text: 'decided: abort' },
  ],
};

const shown = (argv: readonly string[], actions: Partial<Actions>): Promise<Ran> => inProject((cwd) => run(argv, { cwd, actions }));

describe('CLI_GLOBAL_FLAGS: a result reads well', () => {
  const deployed = (outcome: DeployResult['outcome'], more: Partial<DeployResult> = {}): Partial<Actions> => ({
    deploy: () => Promise.resolve({ outcome, urls: ['http://localhost:8080/api'], exitCode: { completed: 0, returned: 4, mixed: 5, failed: 2, planned: 0, 'nothing to do': 0 }[outcome], release: release('r-2'), ...more }),
    renderPlanText: () => 'the plan\n',
  });

  it.each<[string, readonly string[], Partial<Actions>, number]>([
    ['a completed deploy', ['deploy'], deployed('completed'), 0],
    ['a deploy that went back', ['deploy'], deployed('returned', { release: failed, urls: [] }), 4],
    ['a mixed deploy', ['deploy'], deployed('mixed', { release: failed, urls: [] }), 5],
    ['a deploy with nothing to do', ['deploy'], deployed('nothing to do'), 0],
    ['a dry run', ['deploy', '--dry-run'], deployed('planned', { plan: { steps: [] } as unknown as DraftPlan }), 0],
    ['the releases', ['releases', 'list'], { listReleases: () => Promise.resolve({ environment: 'prod', releases: [failed, release('r-2'), release('r-1', { kind: 'rollback', target: 'r-0', version: 'v1', changes: {} })], serving: 'r-2', basis: 'live' }) }, 0],
    ['no release', ['releases', 'list'], { listReleases: () => Promise.resolve({ environment: 'prod', releases: [], basis: 'record' }) }, 0],
    ['the story of a release', ['releases', 'show', 'r-3'], { showRelease: () => Promise.resolve(story) }, 0],
    ['the history', ['history'], { history: () => Promise.resolve({ environment: 'prod', total: 3, entries: [{ at: '2030-01-02T03:04:05.000Z', kind: 'prune', operation: 'op-3', by: 'ada', outcome: 'completed', text: 'removed 1 release' }, { at: '2030-01-02T03:04:05.000Z', kind: 'scale', operation: 'op-2', release: 'r-2', version: 'v2', by: 'ada', outcome: 'returned', durationMs: 4200, text: 'web=8' }] }) }, 0],
    ['what differs', ['releases', 'diff', 'r-1', 'r-2'], { diffReleases: () => Promise.resolve({ from: release('r-1'), to: release('r-2'), differences: [{ path: 'services.web.replicas', before: '2', after: '8' }, { path: 'services.web.environment.KEY', after: '***' }] }) }, 0],
    ['what was pruned', ['prune', '--yes'], { prune: () => Promise.resolve({ outcome: 'completed', environment: 'prod', keep: 2, kept: 2, bytes: 12_345_678, releases: [{ id: 'r-1', version: 'v1', bytes: 20_480 }], images: [{ id: `sha256:${'ab'.repeat(32)}`, tags: ['shop-web:v1'], bytes: 12_300_000 }], files: [{ digest: 'aa', bytes: 4096 }], runs: [], secrets: [], hosts: [{ host: 'web-1', bytes: 12_325_678, releases: 1, images: 1 }, { host: 'web-2', bytes: 20_000, releases: 1, images: 0 }] }) }, 0],
    ['a command in a container', ['exec', 'web', '--json', '--', 'false'], { execCommand: () => Promise.resolve({ host: 'local', service: 'web', container: 'shop-prod-web-1', release: 'r-2', exitCode: 7, stdout: 'out\n', stderr: '' }) }, 7],
    ['a one-off that goes on', ['run', 'web', '-d', '--', 'sleep', '9'], { createForeground: () => ({ tty: false, run: () => Promise.resolve(0) }), runTask: () => Promise.resolve({ host: 'local', service: 'web', container: 'shop-prod-run-web-1', release: 'r-2', exitCode: 0 }) }, 0],
    ['the status', ['status'], { status: () => Promise.resolve(status) }, 10],
    ['the lock', ['lock', 'status'], { lockStatus: () => Promise.resolve(lock) }, 0],
    ['the lock with a host away', ['lock', 'status'], { lockStatus: () => Promise.resolve({ ...lock, decision: 'abort', holderDead: true, away: [{ name: 'web-2', error: 'no route to it' }] }) }, 10],
    ['a state that was pulled', ['state', 'pull', 'prod'], { statePull: () => Promise.resolve(pulled) }, 10],
    ['a host that is forgotten', ['hosts', 'forget', 'web-3', '--yes'], { hostsForget: () => Promise.resolve({ outcome: 'forgotten', environment: 'prod', host: 'web-3', operation: { kind: 'deploy', release: 'r-3', version: 'v3', outcome: 'returned' } }) }, 0],
    ['a host that would be forgotten', ['hosts', 'forget', 'web-3', '--dry-run'], { hostsForget: () => Promise.resolve({ outcome: 'planned', environment: 'prod', host: 'web-3' }) }, 0],
    ['a host that is adopted', ['hosts', 'adopt', 'web-3', '--yes'], { hostsAdopt: () => Promise.resolve({ outcome: 'adopted', environment: 'prod', host: 'web-3', was: 'rewound', copied: 2, aside: '/var/lib/stagecraft/shop/prod/aside-op-9' }) }, 0],
    ['a host that needs no adoption', ['hosts', 'adopt', 'web-3'], { hostsAdopt: () => Promise.resolve({ outcome: 'unchanged', environment: 'prod', host: 'web-3' }) }, 0],
    ['the images', ['build'], { build: () => Promise.resolve({ images: [{ services: ['web', 'worker'], reference: 'shop-web:v2', id: `sha256:${'ab'.repeat(32)}`, cached: false, durationMs: 4200 }, { services: ['api'], reference: 'shop-api:v2', id: undefined, cached: true, durationMs: 0 }] }) }, 0],
    ['no image', ['build'], { build: () => Promise.resolve({ images: [] }) }, 0],
    [
      'the config',
      ['config', 'show'],
      {
        configShow: () =>
          Promise.resolve({
            findings: [{ severity: 'warning', code: 'SC1500', message: 'nothing uses LOG_LEVEL', location: { file: 'stagecraft.yml', line: 9, column: 3 } }],
            values: [
              { path: 'project.name', value: 'shop', origin: { kind: 'file', location: { file: 'stagecraft.yml', line: 2, column: 12 } } },
              { path: 'retention.releases', value: 10, origin: { kind: 'default' } },
              { path: 'variables.LOG_LEVEL', value: '***', origin: { kind: 'variable', name: 'LOG_LEVEL' } },
            ],
          }),
      },
      0,
    ],
    ['a valid config', ['config', 'validate'], { configValidate: () => Promise.resolve({ file: 'stagecraft.yml', environments: ['dev', 'prod'], findings: [{ severity: 'warning', code: 'SC1', message: 'no health check', service: 'web' }] }) }, 0],
    ['a config that is there', ['init'], { init: () => Promise.resolve({ outcome: 'exists', files: [], found: ['2 environments'], text: '', next: ['stagecraft plan'] }) }, 0],
  ])('%s', async (_, argv, actions, code) => {
    const { stdout, stderr, exitCode } = await shown(argv, actions);
    expect(stdout).toMatchSnapshot('stdout');
    expect(stderr).toMatchSnapshot('stderr');
    expect(exitCode).toBe(code);
  });
});

describe('the exit code', () => {
  const plan = (steps: number, findings: readonly unknown[] = []): Partial<Actions> => ({ planAction: () => Promise.resolve({ steps: Array.from({ length: steps }), findings } as unknown as DraftPlan), renderPlanText: () => '', renderPlanJson: () => '{}' });
  it.each([
    [['plan'], 3, 0],
    [['plan', '--detailed-exitcode'], 3, 20],
    [['plan', '--detailed-exitcode'], 0, 0],
  ])('of %j with %i steps is %i', async (argv, steps, code) => {
    expect((await shown(argv, plan(steps))).exitCode).toBe(code);
  });

  it.each([['plan'], ['plan', '--detailed-exitcode']])('of %s is 1 where deploy would refuse it', async (...argv) => {
    expect((await shown(argv, plan(3, [{ severity: 'error', code: 'SC1', message: 'no' }]))).exitCode).toBe(1);
    expect((await shown(['plan'], plan(3, [{ severity: 'warning', code: 'SC1', message: 'well' }]))).exitCode).toBe(0);
  });

  const healthy: StatusResult = { ...status, healthy: true };
  it.each([
    [['status'], healthy, 0],
    [['status', '--detailed-exitcode'], healthy, 20],
    [['status', '--detailed-exitcode'], { ...healthy, drift: [] }, 0],
    [['status', '--detailed-exitcode'], status, 10],
  ])('of %j tells healthy, drift and neither', async (argv, result, code) => {
    expect((await shown(argv, { status: () => Promise.resolve(result) })).exitCode).toBe(code);
  });
});

describe('CLI_STATUS: status --watch', () => {
  async function* looks(): AsyncIterable<StatusResult> {
    yield status;
    await Promise.resolve();
    yield { ...status, healthy: true };
  }

  it('is a line of JSON a look, and its exit code that of the last one', async () => {
    const { stdout, exitCode } = await shown(['status', '--watch', '--json', '--detailed-exitcode'], { watchStatus: looks });
    expect(stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as StatusResult).healthy)).toEqual([false, true]);
    expect(exitCode).toBe(20);
  });

  it('is an event a look for machines, and a picture for people', async () => {
    const events = (await shown(['status', '--watch', '--json-events'], { watchStatus: looks })).stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { code: string });
    expect(events.filter((event) => event.code === 'SC5406')).toHaveLength(2);
    const { stdout } = await shown(['status', '--watch'], { watchStatus: looks });
    expect(stdout.match(/shop \/ prod {2}(un)?healthy/g)).toEqual(['shop / prod  unhealthy', 'shop / prod  healthy']);
  });

  it('draws over the picture before at a terminal, and no more than fits', async () => {
    const { stdout } = await inProject((cwd) => run(['status', '--watch', '--no-color'], { cwd, tty: true, actions: { watchStatus: looks } }));
    expect(stdout.split('\u001B[H')).toHaveLength(3);
  });

  it('takes its interval only with it', async () => {
    expect((await shown(['status', '--interval', '5s'], {})).exitCode).toBe(1);
  });
});

describe('plan', () => {
  const plan = { steps: [], findings: [] } as unknown as DraftPlan;
  const actions: Partial<Actions> = { planAction: () => Promise.resolve(plan), renderPlanText: () => 'text\n', renderPlanJson: () => '{ "plan": 1 }\n', renderPlanMermaid: () => 'flowchart TD\n' };
  it.each([
    [['--format', 'text'], 'text\n'],
    [['--format', 'json'], '{ "plan": 1 }\n'],
    [['--json'], '{ "plan": 1 }\n'],
    [['--format', 'mermaid'], 'flowchart TD\n'],
  ])('%j prints that form, byte by byte', async (argv, text) => {
    expect((await shown(['plan', ...argv], actions)).stdout).toBe(text);
  });
});

describe('logs', () => {
  const entry = (source: string, text: string): LogEntry => ({ host: 'local', service: source.replace(/-\d+$/, ''), source, release: 'r-2', stream: 'stdout', time: '2030-01-02T03:04:05.000Z', text });
  async function* lines(): AsyncIterable<LogEntry> {
    yield entry('web-1', 'GET / 200');
    await Promise.resolve();
    yield entry('worker-1', '\u001B[31mred\u001B[0m\rover');
  }

  it('are lines behind the name of their source, harmless', async () => {
    expect((await shown(['logs'], { logs: lines })).stdout).toBe('web-1 | GET / 200\nworker-1 | redover\n');
  });

  it('are one document with --json', async () => {
    expect(JSON.parse((await shown(['logs', '--json'], { logs: lines })).stdout)).toHaveLength(2);
  });

  it('are events with --json-events', async () => {
    const { stdout } = await shown(['logs', '--json-events'], { logs: lines });
    const events = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { code: string; data: { text?: string } });
    expect(events.filter((event) => event.code === 'SC5405').map((event) => event.data.text)).toEqual(['GET / 200', '\u001B[31mred\u001B[0m\rover']);
  });

  it('have no end as one document when they are followed', async () => {
    const { stderr, exitCode } = await shown(['logs', '--json', '--follow'], { logs: lines });
    expect(stderr).toContain('--json gives one document, and --follow has no end');
    expect(exitCode).toBe(1);
  });
});
