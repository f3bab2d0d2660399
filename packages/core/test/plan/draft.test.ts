import { describe, expect, it } from '@jest/globals';
import type { Desired, DesiredService } from '../../src/compose/model.js';
import { draft } from '../../src/plan/draft.js';
import { renderPlanText } from '../../src/plan/render-text.js';
import type { Plan, Step } from '../../src/plan/types.js';
import { apply, at, built, container, dependsOn, deployed, desired, emptyHost, input, live, obstacle, sealed, service } from './world.js';

const web = built('web', 'sha256:web-1', { replicas: 2, dependsOn: dependsOn('db', 'migrate'), location: at(4) });
const db = service('db', { kind: 'data', location: at(20), obstacles: [obstacle('data', 'holds data: it is created and started, never replaced', 24)], image: { reference: 'postgres:16', id: 'sha256:pg16' } });
const worker = built('worker', 'sha256:worker-1', { dependsOn: dependsOn('db', 'migrate'), healthcheck: false, location: at(30), obstacles: [obstacle('no_healthcheck', 'has no healthcheck: it counts as healthy when it runs and listens', 30, false), obstacle('not_routed', 'no route leads to it', 30, false)] });
const migrate = service('migrate', { kind: 'job', dependsOn: dependsOn('db'), location: at(40), image: { reference: 'shop-web:v1', id: 'sha256:web-1' } });
const shop = desired([web, db, worker, migrate], [{ service: 'web', port: 3000 }]);

function changed(from: Desired, name: string, over: Partial<DesiredService>): Desired {
  return { ...from, services: from.services.map((s) => (s.name === name ? { ...s, ...over } : s)) };
}

function ids(plan: Plan): readonly string[] {
  return plan.steps.map((step) => step.id);
}

function ofService(plan: Plan, name: string): { readonly change: string; readonly why: string; readonly differs: readonly string[]; readonly strategy: string; readonly promise: string } {
  const found = plan.services.find((s) => s.service === name);
  if (!found) throw new Error(`${name} is not in the plan`);
  return { change: found.change, why: found.why, differs: found.differs, strategy: found.verdict.strategy, promise: found.verdict.promise };
}

function step<K extends Step['action']['kind']>(plan: Plan, id: string, kind: K): Extract<Step['action'], { kind: K }> {
  const action = plan.steps.find((s) => s.id === id)?.action;
  if (action?.kind !== kind) throw new Error(`${id} is ${action?.kind ?? 'not there'}`);
  return action as Extract<Step['action'], { kind: K }>;
}

const v2 = changed(shop, 'web', { image: { reference: 'shop-web:v2', id: 'sha256:web-2' } });
const running = deployed(shop);
const same = { version: 'v1' };

describe('CORE_PLAN: a first deploy', () => {
  it('reads like prose', () => {
    expect(renderPlanText(sealed(shop, live(emptyHost('local', { images: { 'postgres:16': 'sha256:pg16' } }))))).toMatchSnapshot();
  });

  it('is planned without an engine and without a record, builds and values unknown', () => {
    const offline = { ...shop, services: shop.services.map(({ valuesDigest: _, ...s }) => ({ ...s, variables: ['A'], image: { reference: s.image.reference } })) };
    expect(renderPlanText(draft(input(offline, { basis: 'none', hosts: [emptyHost()], history: [] }, { version: 'unknown' })))).toMatchSnapshot();
  });

  it('keeps the data service when it is taken back, and removes all else', () => {
    const plan = sealed(shop, live());
    expect(plan.steps.filter((s) => s.action.kind === 'container.start').map((s) => [s.id, s.undo])).toEqual([
      ['local/db/start', undefined],
      ['local/web/start', 'removes the new containers'],
      ['local/worker/start', 'removes the new container'],
    ]);
  });

  it('starts what depends on a service after its gate, and what depends on a job after its run', () => {
    const plan = sealed(shop, live());
    expect(plan.steps.find((s) => s.id === 'local/web/start')?.dependsOn).toEqual(['local/db/gate', 'local/migrate/run']);
  });
});

describe('a deploy with nothing changed', () => {
  it('has no steps', () => {
    expect(sealed(shop, running, same).steps).toEqual([]);
    expect(renderPlanText(sealed(shop, running, same))).toMatchSnapshot();
  });

  it('runs its jobs for a new version, and touches nothing else', () => {
    expect(ids(sealed(shop, running, { version: 'v2' }))).toEqual(['local/migrate/run', 'local/migrate/remove']);
  });

  it('does not take the id of a release for a version', () => {
    expect(ids(sealed(shop, running, { version: 'rel-20260101-120000000-abcd' }))).toEqual([]);
  });
});

describe('a changed image', () => {
  it('reads like prose, and no request is lost', () => {
    expect(renderPlanText(sealed(v2, running))).toMatchSnapshot();
  });

  it('touches that service only', () => {
    const plan = sealed(v2, running, same);
    expect([...new Set(plan.steps.map((s) => s.service))]).toEqual(['migrate', 'web']);
    expect(ofService(plan, 'worker')).toMatchObject({ change: 'none', promise: 'untouched' });
  });

  it('passes the table through old, old and new, new', () => {
    const plan = sealed(v2, running);
    const tables = plan.steps.flatMap(({ action }) => ('to' in action ? [[action.from, action.to].map((table) => table.targets.map((target) => target.id))] : []));
    expect(tables).toEqual([
      [
        ['web-rel-1-1', 'web-rel-1-2'],
        ['web-rel-1-1', 'web-rel-1-2', 'web-rel-2-1', 'web-rel-2-2'],
      ],
      [
        ['web-rel-1-1', 'web-rel-1-2', 'web-rel-2-1', 'web-rel-2-2'],
        ['web-rel-2-1', 'web-rel-2-2'],
      ],
    ]);
  });

  it('tells the stop what a return needs: name, restart policy, names on the edge', () => {
    expect(step(sealed(v2, running), 'local/web/stop', 'container.stop').ids).toEqual([
      { id: 'web-op-rel-1-1', name: 'shop-prod-web-1', restartPolicy: 'always', aliases: ['web-rel-1-1'] },
      { id: 'web-op-rel-1-2', name: 'shop-prod-web-2', restartPolicy: 'always', aliases: ['web-rel-1-2'] },
    ]);
  });

  it('is unknown before the build, with the steps that would run; the sealed plan drops them when nothing changed', () => {
    const unbuilt = changed(shop, 'web', { image: { reference: 'shop-web:v2' } });
    const plan = draft(input(unbuilt, running, same));
    expect(ofService(plan, 'web')).toMatchObject({ change: 'unknown', why: 'unknown(build)', strategy: 'rolling', promise: 'none lost' });
    expect(ids(plan)).toEqual(['build/web', 'local/migrate/run', 'local/web/start', 'local/web/gate', 'local/web/admit', 'local/web/retire', 'local/web/drain', 'local/web/stop', 'local/migrate/remove', 'local/web/remove']);
    expect(plan.steps.find((s) => s.id === 'local/web/start')?.dependsOn).toEqual(['build/web', 'local/migrate/run']);
    expect(ids(sealed(shop, running, same))).toEqual([]);
    expect(renderPlanText(plan)).toMatchSnapshot();
  });
});

describe('a changed environment', () => {
  it('rolls only the services that use the value', () => {
    const plan = sealed(changed(changed(shop, 'worker', { variables: ['KEY'], valuesDigest: 'new' }), 'web', {}), running, same);
    expect(ofService(plan, 'worker')).toMatchObject({ change: 'replace', differs: ['environment'], why: 'environment changed', strategy: 'rolling', promise: 'best effort' });
    expect(ofService(plan, 'web').change).toBe('none');
  });

  it('is unknown offline, where the record of the serving release is all there is', () => {
    const withValues = { ...shop, services: shop.services.map((s) => (s.name === 'web' ? { ...s, variables: ['KEY'], valuesDigest: 'one' } : s)) };
    const { valuesDigest: _, ...blind } = withValues.services.find((s) => s.name === 'web') as DesiredService;
    const record = { basis: 'record' as const, hosts: [emptyHost('local', { reachable: false, serving: { release: 'rel-1', version: 'v1', desired: withValues } })], history: [] };
    const plan = draft(input({ ...withValues, services: withValues.services.map((s) => (s.name === 'web' ? blind : s)) }, record, same));
    expect(ofService(plan, 'web')).toMatchObject({ change: 'unknown', why: 'unknown(values)' });
    expect(ofService(plan, 'worker').change).toBe('none');
    expect(draft(input(withValues, record, same)).steps).toEqual([]);
    expect(renderPlanText(plan)).toMatchSnapshot();
  });
});

describe('replicas', () => {
  it('more of them are started, gated and admitted beside the others', () => {
    const plan = sealed(changed(shop, 'web', { replicas: 3 }), running, same);
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/start', 'local/web/gate', 'local/web/admit']);
    expect(step(plan, 'local/web/start', 'container.start').count).toBe(1);
    expect(ofService(plan, 'web')).toMatchObject({ change: 'scale', why: '2 running, 3 wanted', promise: 'none lost' });
  });

  it('fewer of them drain before they stop, the last numbers first', () => {
    const plan = sealed(changed(shop, 'web', { replicas: 1 }), running, same);
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/retire', 'local/web/drain', 'local/web/stop', 'local/web/remove']);
    expect(step(plan, 'local/web/stop', 'container.stop').ids.map((old) => old.id)).toEqual(['web-op-rel-1-2']);
  });

  it('none of them is said to be a gap', () => {
    const plan = sealed(changed(shop, 'web', { replicas: 0 }), running, same);
    expect(ofService(plan, 'web')).toMatchObject({ change: 'scale', promise: 'interrupted' });
    expect(renderPlanText(plan).trimEnd().split('\n').at(-1)).toBe('Plan: 1 to scale, 1 to run, 2 unchanged; web will be interrupted.');
  });

  it('a missing one comes back', () => {
    const [host] = running.hosts;
    const plan = sealed(shop, { ...running, hosts: [{ ...host, containers: host?.containers.filter((c) => c.id !== 'web-op-rel-1-2') ?? [] } as never] }, same);
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/start', 'local/web/gate', 'local/web/admit']);
    expect(step(plan, 'local/web/admit', 'route.admit').to.targets.map((target) => target.id)).toEqual(['web-rel-1-1', 'web-rel-2-1']);
  });
});

describe('a data service', () => {
  const pg17 = changed(shop, 'db', { image: { reference: 'postgres:17', id: 'sha256:pg17' } });

  it('is held: a changed image is told and not applied', () => {
    const plan = sealed(pg17, running, same);
    expect(plan.steps).toEqual([]);
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('stands in the release as it runs, so that history stays true', () => {
    const plan = sealed(pg17, running, same);
    expect(plan.desired.services.find((s) => s.name === 'db')?.image).toEqual({ reference: 'postgres:16', id: 'sha256:pg16' });
  });

  it('brings the volumes and networks along that only its running definition names', () => {
    const volume = { type: 'volume', source: 'old', target: '/data' };
    const before = { ...changed(shop, 'db', { definition: { volumes: [volume], networks: { back: null } } }), volumes: { old: { name: 'shop-prod_old' } }, networks: { back: {} } };
    const plan = sealed({ ...shop, volumes: { fresh: {} } }, deployed(before), same);
    expect([plan.desired.volumes, plan.desired.networks]).toEqual([{ fresh: {}, old: { name: 'shop-prod_old' } }, { back: {} }]);
  });

  it('is recreated when --replace names it, with a gap that is told', () => {
    const plan = sealed(pg17, running, { ...same, replace: ['db'] });
    expect(ids(plan).filter((id) => id.includes('/db/'))).toEqual(['local/db/pull', 'local/db/stop', 'local/db/start', 'local/db/gate', 'local/db/remove']);
    expect(ofService(plan, 'db')).toMatchObject({ change: 'replace', strategy: 'recreate', promise: 'interrupted' });
    expect(plan.steps.find((s) => s.id === 'local/db/start')?.undo).toBe('removes the new container');
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('is started when it is stopped, whatever it was made from, and stays up on the way back', () => {
    const [host] = running.hosts;
    const stopped = { ...running, hosts: [{ ...host, containers: host?.containers.map((c) => (c.service === 'db' ? { ...c, status: 'exited' } : c)) ?? [] } as never] };
    const plan = sealed(pg17, stopped, same);
    expect(ids(plan).filter((id) => id.includes('/db/'))).toEqual(['local/db/resume', 'local/db/gate-resumed']);
    expect(ofService(plan, 'db')).toMatchObject({ change: 'resume', why: 'stopped; kept as it is: image changed' });
    expect(plan.steps.find((s) => s.id === 'local/db/resume')?.undo).toBeUndefined();
    expect(plan.desired.services.find((s) => s.name === 'db')?.image.reference).toBe('postgres:16');
  });

  it('that left the Compose file is kept, and said so', () => {
    const without = { ...shop, services: shop.services.filter((s) => s.name !== 'db').map((s) => ({ ...s, dependsOn: s.dependsOn.filter((d) => d.service !== 'db') })) };
    const plan = sealed(without, running, same);
    expect(plan.steps).toEqual([]);
    expect(ofService(plan, 'db')).toMatchObject({ change: 'held', why: 'not in the Compose file any more; a data service is kept until --replace db' });
    expect(plan.desired.services.map((s) => s.name)).toContain('db');
    expect(ids(sealed(without, running, { ...same, replace: ['db'] })).filter((id) => id.includes('/db/'))).toEqual(['local/db/remove']);
  });

  it('with a volume that history knows and the host lacks stops the plan, until --accept-empty-volume names it', () => {
    const volume = { type: 'volume', source: 'data', target: '/data' };
    const held = { ...changed(shop, 'db', { definition: { volumes: [volume] } }), volumes: { data: {} } };
    const gone = { basis: 'live' as const, hosts: [emptyHost('local', { serving: { release: 'rel-1', version: 'v1', desired: held } })], history: [] };
    expect(sealed(held, gone).findings.filter((f) => f.severity === 'error').map((f) => [f.code, f.message])).toEqual([['SC2106', 'The volume shop-prod_data of db is not on local, but rel-1 had it: it would be made again, empty.']]);
    expect(sealed(held, gone, { acceptEmptyVolume: ['db'] }).findings.filter((f) => f.severity === 'error')).toEqual([]);
    expect(sealed(held, { ...gone, hosts: [{ ...gone.hosts[0], volumes: ['shop-prod_data'] } as never] }).findings.filter((f) => f.severity === 'error')).toEqual([]);
  });
});

describe('a job', () => {
  it('runs once a release, after what it depends on; its earlier run is removed in the end', () => {
    const plan = sealed(v2, running, same);
    expect(plan.steps.find((s) => s.id === 'local/migrate/run')).toMatchObject({ phase: 'rollout', why: 'once a release', undo: 'removes its container; what it did stays' });
    expect(plan.steps.find((s) => s.id === 'local/migrate/remove')).toMatchObject({ phase: 'finalize', dependsOn: ['local/migrate/run'], action: { ids: ['migrate-op-rel-1-1'] } });
  });

  it('runs when it changed itself', () => {
    expect(ids(sealed(changed(shop, 'migrate', { definition: { command: ['up'] } }), running, same))).toEqual(['local/migrate/run', 'local/migrate/remove']);
  });

  it('never runs in a rollback', () => {
    const plan = sealed(shop, apply(sealed(v2, running), running), { kind: 'rollback', target: 'rel-1', version: 'v1', release: 'rel-3' });
    expect(ids(plan).filter((id) => id.includes('migrate'))).toEqual([]);
    expect(ofService(plan, 'migrate')).toMatchObject({ change: 'none', why: 'a rollback runs no jobs' });
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('with a fixed name has its earlier run give the name up first', () => {
    const named = changed(shop, 'migrate', { definition: { container_name: 'migrate' } });
    const plan = sealed(changed(named, 'web', { image: { reference: 'shop-web:v2', id: 'sha256:web-2' } }), deployed(named), same);
    expect(step(plan, 'local/migrate/stop', 'container.stop')).toMatchObject({ rename: true, ids: [{ name: 'migrate', stopped: true }] });
    expect(plan.steps.find((s) => s.id === 'local/migrate/run')?.dependsOn).toEqual(['local/migrate/stop']);
  });
});

describe('a removed service', () => {
  it('gets no request any more in the rollout, and is removed after commit', () => {
    const without = desired(shop.services.filter((s) => s.name !== 'web'), []);
    const plan = sealed(without, running, same);
    expect(plan.steps.map((s) => [s.phase, s.id])).toEqual([
      ['rollout', 'local/migrate/run'],
      ['rollout', 'local/web/retire'],
      ['rollout', 'local/web/drain'],
      ['finalize', 'local/migrate/remove'],
      ['finalize', 'local/web/remove'],
      ['finalize', 'local/edge/take-down'],
    ]);
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('gives its rules to the one that comes instead, only when that is up', () => {
    const renamed = desired([...shop.services.filter((s) => s.name !== 'web'), built('site', 'sha256:site-1')], [{ service: 'site', port: 3000 }]);
    const plan = sealed(renamed, running, same);
    const routes = plan.steps.flatMap(({ id, action }) => ('to' in action ? [[id, action.to.routes.map((r) => r.service), action.to.targets.map((t) => t.id)]] : []));
    expect(routes).toEqual([['local/site/admit', ['site'], ['site-rel-2-1']]]);
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/drain', 'local/web/remove']);
  });

  it('of another tool, without our labels, is left alone', () => {
    const [host] = running.hosts;
    const plan = sealed(shop, { ...running, hosts: [{ ...host, containers: [...(host?.containers ?? []), container('adminer', 1)] } as never] }, same);
    expect(plan.steps).toEqual([]);
    expect(plan.services.map((s) => s.service)).not.toContain('adminer');
  });
});

describe('routes', () => {
  it('that change alone touch no container', () => {
    const plan = sealed({ ...shop, routes: [{ service: 'web', path: '/shop', port: 3000, location: at(1, 'stagecraft.yml') }] }, running, same);
    expect(ids(plan)).toEqual(['local/routes/apply']);
    expect(ofService(plan, 'web')).toMatchObject({ change: 'none', differs: ['routes'], why: 'routes changed' });
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('to another port move all targets at once', () => {
    const plan = sealed({ ...shop, routes: [{ service: 'web', port: 8080, location: at(1, 'stagecraft.yml') }] }, running, same);
    expect(step(plan, 'local/routes/apply', 'route.apply').to.targets).toEqual([1, 2].map((n) => ({ id: `web-rel-1-${n}`, service: 'web', port: 8080, state: 'in' })));
  });

  it('to a service that had none join its running containers to the edge under names of their own', () => {
    const plan = sealed({ ...shop, routes: [...shop.routes, { service: 'worker', path: '/jobs', port: 9000, location: at(2, 'stagecraft.yml') }] }, running, same);
    expect(ids(plan)).toEqual(['local/worker/admit-kept']);
    expect(step(plan, 'local/worker/admit-kept', 'route.admit')).toMatchObject({ ids: ['worker-op-rel-1-1'], edge: { network: 'shop-prod-edge', aliases: ['worker-rel-2-1'] } });
  });

  it('that none is left of take the edge down, when the last container has left it', () => {
    const without = desired(shop.services, []);
    const plan = sealed(without, running, same);
    expect(ids(plan)).toEqual(['local/routes/apply']);
    const next = sealed(changed(without, 'web', { image: { reference: 'shop-web:v2', id: 'sha256:web-2' } }), apply(plan, running), { ...same, release: 'rel-3' });
    expect(ids(next).at(-1)).toBe('local/edge/take-down');
  });

  it('that two services swap are never without a target', () => {
    const two = desired([built('a', 'sha256:a-1'), built('b', 'sha256:b-1')], [{ service: 'a', path: '/', port: 80 }, { service: 'b', path: '/b', port: 80 }]);
    const swapped = desired([built('a', 'sha256:a-2'), built('b', 'sha256:b-2')], [{ service: 'b', path: '/', port: 80 }, { service: 'a', path: '/b', port: 80 }]);
    const plan = sealed(swapped, deployed(two));
    expect(ids(plan).filter((id) => /admit|retire|stop/.test(id))).toEqual(['local/a/admit', 'local/b/admit', 'local/a/retire', 'local/a/stop', 'local/b/stop']);
  });

  it('bring the proxy up where it is stopped, and leave a running one alone', () => {
    const [host] = running.hosts;
    const stopped = { ...running, hosts: [{ ...host, proxy: { provider: 'traefik', running: false, digest: '' } } as never] };
    expect(ids(sealed(shop, stopped, same))).toEqual(['local/proxy/ensure', 'local/edge/ensure']);
  });
});

describe('DEPLOY_ROLLOUT: strategies', () => {
  const port = obstacle('host_port', 'publishes port 8080 of the host', 12);

  it('recreate what holds a port of the host: out of the routes, drained, stopped, then the new one', () => {
    const held = changed(shop, 'web', { replicas: 1, obstacles: [port] });
    const plan = sealed(changed(held, 'web', { image: { reference: 'shop-web:v2', id: 'sha256:web-2' } }), deployed(held), same);
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/retire', 'local/web/drain', 'local/web/stop', 'local/web/start', 'local/web/gate', 'local/web/admit', 'local/web/remove']);
    expect(plan.findings.map((f) => [f.severity, f.code, f.location?.line, f.message])).toEqual([['warning', 'SC2105', 12, 'web is interrupted while it is replaced: publishes port 8080 of the host.']]);
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('free a fixed container name before the new one takes it, also where its holder has stopped', () => {
    const named = changed(shop, 'worker', { definition: { container_name: 'worker' }, obstacles: [obstacle('container_name', 'has the fixed container name worker', 33)] });
    const next = changed(named, 'worker', { image: { reference: 'shop-worker:v2', id: 'sha256:worker-2' } });
    const before = deployed(named);
    expect(step(sealed(next, before), 'local/worker/stop', 'container.stop')).toMatchObject({ rename: true, ids: [{ name: 'worker' }] });
    const [host] = before.hosts;
    const crashed = { ...before, hosts: [{ ...host, containers: host?.containers.map((c) => (c.service === 'worker' ? { ...c, status: 'exited' } : c)) ?? [] } as never] };
    expect(step(sealed(next, crashed), 'local/worker/stop', 'container.stop').ids).toMatchObject([{ name: 'worker', stopped: true }]);
  });

  it('never run two of a singleton', () => {
    const single = changed(shop, 'worker', { singleton: true, obstacles: [obstacle('singleton', '`singleton: true`: never two at once', 3)] });
    const plan = sealed(changed(single, 'worker', { image: { reference: 'shop-worker:v2', id: 'sha256:worker-2' } }), deployed(single), same);
    expect(ids(plan).filter((id) => id.includes('/worker/'))).toEqual(['local/worker/stop', 'local/worker/start', 'local/worker/gate', 'local/worker/remove']);
  });

  it('roll unrouted services by starting before stopping', () => {
    const plan = sealed(changed(shop, 'worker', { image: { reference: 'shop-worker:v2', id: 'sha256:worker-2' } }), running, same);
    expect(ids(plan).filter((id) => id.includes('/worker/'))).toEqual(['local/worker/start', 'local/worker/gate', 'local/worker/stop', 'local/worker/remove']);
  });

  it('refuse rolling that is asked for where something stands against it', () => {
    const plan = sealed(changed(shop, 'web', { strategy: 'rolling', obstacles: [port] }), running, same);
    expect(plan.findings.filter((f) => f.severity === 'error')).toEqual([
      { severity: 'error', code: 'SC2103', message: 'web cannot be rolling: publishes port 8080 of the host.', next: ['Change that, or take services.web.rollout.strategy out.'], service: 'web', location: at(12) },
    ]);
    expect(renderPlanText(plan).trimEnd().split('\n').at(-1)).toBe('Plan: 4 unchanged; 1 thing must be mended first.');
  });

  it('promise best effort where only a settle time tells that a routed service is up', () => {
    const blind = changed(shop, 'web', { healthcheck: false });
    const plan = sealed(changed(blind, 'web', { image: { reference: 'shop-web:v2', id: 'sha256:web-2' } }), deployed(blind), same);
    expect(ofService(plan, 'web')).toMatchObject({ strategy: 'rolling', promise: 'best effort' });
    expect(renderPlanText(plan).trimEnd().split('\n').at(-1)).toBe('Plan: 1 to replace, 1 to run, 2 unchanged; requests to web are best effort.');
  });
});

describe('a service under a new name', () => {
  const named = (name: string): Desired => desired([service(name, { image: { reference: 'shop:1', id: 'sha256:shop-1' }, definition: { container_name: 'shop', ports: [{ published: '8080', target: 80, protocol: 'tcp' }] }, obstacles: [obstacle('host_port', 'publishes port 8080 of the host', 12)] })]);

  it('gets name and port from the old one, which leaves before it and is kept until commit', () => {
    const plan = sealed(named('site'), deployed(named('web')), same);
    expect(ids(plan)).toEqual(['local/web/stop', 'local/site/start', 'local/site/gate', 'local/web/remove']);
    expect(plan.steps.find((s) => s.id === 'local/site/start')?.dependsOn).toEqual(['local/web/stop']);
  });

  it('that holds data is refused while the old one writes to its volume, until --replace names the old one', () => {
    const volume = { type: 'volume', source: 'data', target: '/data' };
    const withData = (name: string): Desired => ({ ...desired([service(name, { kind: 'data', image: { reference: 'postgres:16', id: 'sha256:pg16' }, definition: { volumes: [volume] } })]), volumes: { data: null } });
    const before = deployed(withData('db'), 'rel-1', 'v1', { volumes: ['shop-prod_data'] });
    const [host] = before.hosts;
    const mounted = { ...before, hosts: [{ ...host, containers: host?.containers.map((c) => ({ ...c, mounts: [{ type: 'volume', name: 'shop-prod_data', source: '', target: '/data', writable: true }] })) ?? [] } as never] };
    const plan = sealed(withData('postgres'), mounted, same);
    expect(plan.findings.map((f) => [f.severity, f.code])).toEqual([['error', 'SC2109']]);
    const replaced = sealed(withData('postgres'), mounted, { ...same, replace: ['db'] });
    expect(replaced.findings.filter((f) => f.severity === 'error')).toEqual([]);
    expect(ids(replaced)).toEqual(['local/db/stop', 'local/postgres/start', 'local/postgres/gate', 'local/db/remove']);
  });
});

describe('what was left behind', () => {
  const [host] = running.hosts;
  const like = (change: (containers: readonly ReturnType<typeof container>[]) => readonly unknown[]): typeof running => ({ ...running, hosts: [{ ...host, containers: change(host?.containers ?? []) } as never] });

  it('stopped containers of the wanted digest are started again under the names that they have', () => {
    const plan = sealed(shop, like((all) => all.map((c) => (c.service === 'web' ? { ...c, status: 'exited' } : c))), same);
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/resume', 'local/web/gate-resumed', 'local/web/admit-kept']);
    expect(step(plan, 'local/web/admit-kept', 'route.apply').to.targets.map((t) => t.id)).toEqual(['web-rel-1-1', 'web-rel-1-2']);
  });

  it('containers that a rollout stopped have lost their restart policy, and are made anew', () => {
    const plan = sealed(shop, like((all) => all.map((c) => (c.service === 'worker' ? { ...c, status: 'exited', restartPolicy: 'no' } : c))), same);
    expect(ids(plan).filter((id) => id.includes('/worker/'))).toEqual(['local/worker/start', 'local/worker/gate', 'local/worker/remove']);
  });

  it('a new one that still comes up is gated before the old ones go', () => {
    const half = apply({ ...sealed(v2, running), steps: sealed(v2, running).steps.filter((s) => ['local/web/start', 'local/web/gate', 'local/web/admit', 'local/migrate/run'].includes(s.id)) }, running);
    const torn = { ...half, hosts: half.hosts.map((h) => ({ ...h, ...(running.hosts[0]?.serving ? { serving: running.hosts[0].serving } : {}), containers: h.containers.map((c) => (c.labels['stagecraft.release'] === 'rel-2' && c.service === 'web' ? { ...c, health: 'starting' as const } : c)) })) };
    const plan = sealed(v2, torn, { ...same, release: 'rel-3' });
    expect(ids(plan).filter((id) => id.includes('/web/'))).toEqual(['local/web/gate-kept', 'local/web/retire', 'local/web/drain', 'local/web/stop', 'local/web/remove']);
    expect(plan.steps.find((s) => s.id === 'local/web/retire')?.dependsOn).toContain('local/web/gate-kept');
  });

  it('a sick one is left alone while nothing else changes, and said so', () => {
    const plan = sealed(shop, like((all) => all.map((c) => (c.id === 'web-op-rel-1-1' ? { ...c, health: 'unhealthy' } : c))), same);
    expect(plan.steps).toEqual([]);
    expect(plan.findings.map((f) => f.message)).toEqual(['shop-prod-web-1 of web is unhealthy; nothing of it changed, so it is left as it is.']);
  });

  it('one that keeps restarting is replaced', () => {
    const plan = sealed(shop, like((all) => all.map((c) => (c.service === 'worker' ? { ...c, status: 'restarting' } : c))), same);
    expect(ofService(plan, 'worker')).toMatchObject({ change: 'replace', why: 'not up' });
  });

  it('one-off containers are nobody’s business', () => {
    const plan = sealed(shop, like((all) => [...all, container('web', 9, { labels: { 'com.docker.compose.oneoff': 'True', 'stagecraft.service': 'web' } })]), same);
    expect(plan.steps).toEqual([]);
  });
});

describe('a sealed plan', () => {
  it('needs a live observation, and every image', () => {
    expect(() => sealed(shop, { basis: 'none', hosts: [], history: [] })).toThrow(expect.objectContaining({ code: 'SC2010', kind: 'bug' }) as never);
    expect(() => sealed(changed(shop, 'web', { image: { reference: 'shop-web:v2' } }), running)).toThrow(expect.objectContaining({ code: 'SC2011', kind: 'external' }) as never);
  });

  it('brings a third-party image that the host lacks, and one only for those who share it', () => {
    const two = desired([service('a', { image: { reference: 'redis:7' } }), service('b', { image: { reference: 'redis:7' } })]);
    const plan = draft(input(two, live()));
    expect(plan.steps.filter((s) => s.phase === 'push').map((s) => s.id)).toEqual(['local/a/pull']);
    expect(plan.steps.filter((s) => s.dependsOn.includes('local/a/pull')).map((s) => s.id)).toEqual(['local/a/start', 'local/b/start']);
  });

  it('keeps the recorded id of a third-party tag that moved since', () => {
    const moved = { ...running, hosts: running.hosts.map((h) => ({ ...h, images: { ...h.images, 'postgres:16': 'sha256:later' } })) };
    const plan = sealed(changed(shop, 'db', { image: { reference: 'postgres:16' } }), moved, same);
    expect(plan.desired.services.find((s) => s.name === 'db')?.image.id).toBe('sha256:pg16');
    expect(plan.steps).toEqual([]);
  });
});
