import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ProxyProvider, Route, RouteTable } from '../../../src/plugin-api/index.js';
import type { Action } from '../../../src/plan/types.js';
import { scopeOf } from '../../../src/hosts/scope-of.js';
import { containerDrain } from '../../../src/steps/container-drain.js';
import { closed, maintenanceScript } from '../../../src/routes/maintenance.js';
import { edgeEnsure } from '../../../src/steps/edge-ensure.js';
import { edgeRemove } from '../../../src/steps/edge-remove.js';
import { proxyEnsure } from '../../../src/steps/proxy-ensure.js';
import { routeAdmit } from '../../../src/steps/route-admit.js';
import { routeApply } from '../../../src/steps/route-apply.js';
import { routeRetire } from '../../../src/steps/route-retire.js';
import { engineTest, scratch } from '../../../../../tools/engine/test-support/index.js';
import { startBackend } from './backend.js';
import { startLoad } from './load.js';
import { freePort, stageOf, type Stage } from './stage.js';

const acknowledgeMs = 10_000;
const web: Route = { service: 'web', port: 3000 };

/** What every proxy must hold on a real engine, under load. */
export function cutoverSuite(title: string, provider: ProxyProvider, config: Readonly<Record<string, unknown>>): void {
  engineTest(`${title}, on a real engine`, () => {
    const own = scratch({ marks: (hostDir) => [scopeOf({ root: hostDir, defaultRoot: '/nowhere', project: 'x', environment: 'x', composeProject: 'x' }).dir] });
    let port = 0;
    let stage: Stage;
    /** Names that are routed now. */
    let serving: string[] = [];
    const ids = new Map<string, string>();

    const start = async (on: Stage, names: readonly string[], operation: string, from: number): Promise<void> => {
      const { composeProject } = on.world.plan.desired;
      await Promise.all(names.map(async (name, index) => void ids.set(name, await startBackend(own, { composeProject, service: 'web', operation, number: from + index, name }))));
    };
    const withOperation = (on: Stage, operation: string): Stage => Object.assign(on, { world: Object.assign(on.world, { plan: { ...on.world.plan, operation } }) });
    const admit = (on: Stage, from: RouteTable, to: RouteTable, aliases: readonly string[]): Action & { kind: 'route.admit' } => ({ kind: 'route.admit', service: 'web', edge: { network: on.world.scope.edge, aliases }, from, to, acknowledgeMs });
    const timed = async (work: Promise<void>): Promise<number> => {
      const begun = performance.now();
      await work;
      return Math.round(performance.now() - begun);
    };
    const get = async (path = '/x', host?: string): Promise<{ status: number; text: string }> => {
      const { default: http } = await import('node:http');
      return new Promise((resolve, reject) => {
        http.get(`${stage.url}${path}`, { agent: false, headers: host ? { host } : {} }, (r) => {
          let text = '';
          r.setEncoding('utf8').on('data', (part: string) => (text += part));
          r.once('end', () => resolve({ status: r.statusCode ?? 0, text }));
        }).once('error', reject);
      });
    };
    /** Names that answer, by some requests. */
    const answering = async (): Promise<string[]> => {
      const all = await Promise.all(Array.from({ length: 12 }, () => get()));
      return [...new Set(all.map(({ status, text }) => (status === 200 ? (text.split(' ')[0] ?? '') : String(status))))].sort();
    };
    const untilAnswering = async (): Promise<string[]> => {
      for (let tries = 0; tries < 100; tries += 1) {
        const names = await answering().catch(() => []);
        if (names.length > 0 && names.every((name) => name.startsWith('web-'))) return names;
        await new Promise((r) => setTimeout(r, 100));
      }
      throw new Error('nothing answers');
    };

    beforeAll(async () => {
      port = await freePort();
      stage = await stageOf({ scratch: own, provider, config, port });
      await stage.perform(proxyEnsure, { kind: 'proxy.ensure', provider: provider.id });
      await stage.perform(edgeEnsure, { kind: 'edge.ensure', network: stage.world.scope.edge });
      await start(stage, ['web-r1-1', 'web-r1-2'], 'op-1', 1);
      serving = ['web-r1-1', 'web-r1-2'];
      await stage.perform(routeAdmit, admit(stage, stage.table([], []), stage.table([web], serving), serving));
    });
    afterAll(async () => {
      for (const id of ids.values()) await own.tryDocker(['rm', '-f', id]);
      await own.tryDocker(['rm', '-f', stage.world.scope.proxyContainer]);
    });

    it('routes to all that it admitted, and proxy.ensure finds nothing to do', async () => {
      expect(await answering()).toEqual(serving);
      const before = (await own.docker(['inspect', '-f', '{{.State.StartedAt}}', stage.world.scope.proxyContainer])).trim();
      expect(await proxyEnsure.done({ kind: 'proxy.ensure', provider: provider.id }, stage.world)).toBe(true);
      await stage.perform(proxyEnsure, { kind: 'proxy.ensure', provider: provider.id });
      expect((await own.docker(['inspect', '-f', '{{.State.StartedAt}}', stage.world.scope.proxyContainer])).trim()).toBe(before);
    });

    it.each([
      ['new connections', false],
      ['keep-alive', true],
    ])('replaces both replicas under load without a lost request: %s', async (kind, keepAlive) => {
      const operation = keepAlive ? 'op-3' : 'op-2';
      const release = keepAlive ? 'r3' : 'r2';
      const next = [`web-${release}-1`, `web-${release}-2`];
      const old = serving;
      withOperation(stage, operation);
      await start(stage, next, operation, keepAlive ? 5 : 3);
      const load = startLoad(stage.url, 300, keepAlive);
      await new Promise((r) => setTimeout(r, 1_500));
      const [before, both, after] = [stage.table([web], old), stage.table([web], [...old, ...next]), stage.table([web], next)];
      const retire = { kind: 'route.retire' as const, service: 'web', from: both, to: after, acknowledgeMs };
      const admitted = await timed(stage.perform(routeAdmit, admit(stage, before, both, next)));
      const retired = await timed(stage.perform(routeRetire, retire));
      Object.assign(stage.world, { plan: { ...stage.world.plan, steps: [{ host: 'local', action: retire }] } });
      const drain = { kind: 'container.drain' as const, service: 'web', ids: old.map((name) => ids.get(name) ?? ''), targets: old, timeoutMs: 20_000 };
      const drained = await timed(stage.perform(containerDrain, drain));
      for (const name of old) {
        await own.docker(['update', '--restart=no', ids.get(name) ?? '']);
        await own.docker(['stop', '-t', '10', ids.get(name) ?? '']);
      }
      await new Promise((r) => setTimeout(r, 1_500));
      const result = await load.stop();
      const acknowledgements = stage.events.filter((e) => e.code === 'SC4250').slice(-2).map((e) => (e.data as { ms: number }).ms);
      console.log(`${provider.id} ${kind}: ${JSON.stringify({ sent: result.sent, lost: result.lost, admitMs: admitted, retireMs: retired, pollsMs: acknowledgements, drainMs: drained, names: result.names })}`);
      for (const name of old) await own.docker(['rm', '-f', ids.get(name) ?? '']);
      serving = next;
      expect(result.lost).toEqual({});
      expect(result.ok).toBe(result.sent);
      expect(result.sent).toBeGreaterThan(600);
      for (const name of next) expect(result.names[name]).toBeGreaterThan(0);
      expect(await answering()).toEqual(next);
    });

    it('routes right after a restart of the proxy in each of the three states of its files', async () => {
      const old = serving;
      const next = ['web-r4-1'];
      withOperation(stage, 'op-4');
      const restarted = async (): Promise<string[]> => {
        await own.docker(['kill', '-s', 'KILL', stage.world.scope.proxyContainer]);
        await own.tryDocker(['start', stage.world.scope.proxyContainer]);
        const seen = await untilAnswering();
        // Names are resolved one after another: what it settles to is what counts.
        await new Promise((r) => setTimeout(r, 1_500));
        return [...new Set([...(await answering()), ...seen])].sort();
      };
      expect(await restarted()).toEqual(old);
      await start(stage, next, 'op-4', 7);
      const [before, both, after] = [stage.table([web], old), stage.table([web], [...old, ...next]), stage.table([web], next)];
      // The operator dies after the script, before the acknowledgement.
      await stage.script(routeAdmit, admit(stage, before, both, next));
      expect(await restarted()).toEqual([...old, ...next].sort());
      expect(await routeAdmit.done(admit(stage, before, both, next), stage.world)).toBe(true);
      await stage.script(routeRetire, { kind: 'route.retire', service: 'web', from: both, to: after, acknowledgeMs });
      expect(await restarted()).toEqual(next);
      // And the way back.
      await stage.undo(routeRetire, { kind: 'route.retire', service: 'web', from: both, to: after, acknowledgeMs });
      expect(await answering()).toEqual([...old, ...next].sort());
      await stage.undo(routeAdmit, admit(stage, before, both, next));
      expect(await answering()).toEqual(old);
    });

    it('follows changed rules, whole segments, hosts and ports, under load without a lost request', async () => {
      const rules: Route[] = [web, { path: '/api', service: 'web', port: 4000 }, { host: 'shop.test', path: '/deep/er', service: 'web', port: 4000 }, { host: 'shop.test', service: 'web', port: 3000 }, { path: '/deep', service: 'web', port: 3000 }];
      const [from, to] = [stage.table([web], serving), stage.table(rules, serving)];
      const load = startLoad(stage.url, 300, true);
      const fresh = startLoad(stage.url, 100, false);
      await new Promise((r) => setTimeout(r, 1_000));
      const ms = await timed(stage.perform(routeApply, { kind: 'route.apply', from, to, acknowledgeMs }));
      const answers = async (path: string, host?: string): Promise<string> => (await get(path, host)).text.replace(/web-\S+/, 'web').trim();
      expect(await answers('/api')).toBe('admin of web');
      expect(await answers('/api/x?y=1')).toBe('admin of web');
      expect(await answers('/apix')).toBe('web /apix');
      expect(await answers('/deep/er/x', 'SHOP.test:81')).toBe('admin of web');
      expect(await answers('/deep/erx', 'shop.test')).toBe('web /deep/erx');
      expect(await answers('/api', 'shop.test')).toBe('web /api');
      expect(await routeApply.done({ kind: 'route.apply', from, to, acknowledgeMs }, stage.world)).toBe(true);
      expect(await routeApply.done({ kind: 'route.apply', from: to, to: from, acknowledgeMs }, stage.world)).toBe(false);
      await stage.undo(routeApply, { kind: 'route.apply', from, to, acknowledgeMs });
      expect(await answers('/api')).toBe('web /api');
      await new Promise((r) => setTimeout(r, 1_000));
      const results = await Promise.all([load.stop(), fresh.stop()]);
      console.log(`${provider.id} changed rules: ${ms} ms, ${JSON.stringify(results.map(({ sent, lost }) => ({ sent, lost })))}`);
      expect(results.map((result) => result.lost)).toEqual([{}, {}]);
    });

    it('refuses nobody and serves 503 where a service has no target', async () => {
      const [from, none] = [stage.table([web], serving), stage.table([web], [])];
      await stage.perform(routeRetire, { kind: 'route.retire', service: 'web', from, to: none, acknowledgeMs });
      expect((await get()).status).toBe(503);
      await stage.undo(routeRetire, { kind: 'route.retire', service: 'web', from, to: none, acknowledgeMs });
      expect(await answering()).toEqual(serving);
    });

    it('CLI_MAINTENANCE: answers with 503 and the page, also after a restart; a rollout goes on below it', async () => {
      const { place } = stage.world.proxy!;
      const proxy = { provider, config, place };
      const open = stage.table([web, { path: '/api', service: 'web', port: 4000 }], serving);
      await stage.perform(routeApply, { kind: 'route.apply', from: stage.table([web], serving), to: open, acknowledgeMs });
      const shut = closed(open, '<h1>back soon</h1>\n', { retryAfter: 90, since: '', by: '' });
      const look = async (path: string): Promise<string> => {
        const answer = await fetch(`${stage.url}${path}`);
        return `${answer.status} ${answer.headers.get('retry-after') ?? '-'} ${(await answer.text()).trim()}`;
      };
      await stage.script({ done: () => Promise.resolve(true), script: () => maintenanceScript(proxy, open, shut, '<h1>back soon</h1>\n') }, { kind: 'route.apply', from: open, to: shut, acknowledgeMs });
      await stage.perform(routeApply, { kind: 'route.apply', from: open, to: shut, acknowledgeMs });
      expect(await Promise.all(['/', '/api/x'].map(look))).toEqual(Array(2).fill('503 90 <h1>back soon</h1>'));
      expect(await routeApply.done({ kind: 'route.apply', from: shut, to: open, acknowledgeMs }, stage.world)).toBe(false);
      await own.docker(['restart', '-t', '1', stage.world.scope.proxyContainer]);
      for (let tries = 0; tries < 100 && !(await look('/').catch(() => '')).startsWith('503 90'); tries += 1) await new Promise((r) => setTimeout(r, 100));
      expect(await look('/')).toBe('503 90 <h1>back soon</h1>');

      const next = ['web-r5-1'];
      withOperation(stage, 'op-5');
      await start(stage, next, 'op-5', 9);
      await stage.perform(routeAdmit, admit(stage, shut, { ...shut, targets: stage.table(shut.routes, [...serving, ...next]).targets }, next));
      expect(await look('/')).toBe('503 90 <h1>back soon</h1>');
      await stage.undo(routeAdmit, admit(stage, shut, { ...shut, targets: stage.table(shut.routes, [...serving, ...next]).targets }, next));

      await stage.perform(routeApply, { kind: 'route.apply', from: shut, to: open, acknowledgeMs });
      expect(await answering()).toEqual(serving);
      await stage.perform(routeApply, { kind: 'route.apply', from: open, to: stage.table([web], serving), acknowledgeMs });
    });

    it('serves two projects, touches one file of each, and starts again when a name and a network are gone', async () => {
      const other = await stageOf({ scratch: own, provider, config, port, project: `${own.project}.b`, operation: 'op-b' });
      await other.perform(proxyEnsure, { kind: 'proxy.ensure', provider: provider.id });
      await other.perform(edgeEnsure, { kind: 'edge.ensure', network: other.world.scope.edge });
      await start(other, ['web-b1-1'], 'op-b', 1);
      const rule: Route = { host: 'b.test', service: 'web', port: 3000 };
      const filesOf = async (): Promise<string> => own.docker(['exec', stage.world.scope.proxyContainer, 'sh', '-c', `cd ${provider.service(config, stage.world.proxy!.place).folder} && find . -type f -name '${own.project}-*' | sort | xargs cat`]);
      const before = await filesOf();
      await other.perform(routeAdmit, admit(other, other.table([], []), other.table([rule], ['web-b1-1']), ['web-b1-1']));
      expect((await get('/x', 'b.test')).text).toBe('web-b1-1 /x\n');
      expect(await answering()).toEqual(serving);
      expect(await filesOf()).toBe(before);

      // The other project's containers and network vanish without a word; the proxy is down at that time.
      await own.docker(['stop', '-t', '1', stage.world.scope.proxyContainer]);
      await own.docker(['rm', '-f', ids.get('web-b1-1') ?? '']);
      await own.docker(['network', 'rm', other.world.scope.edge]);
      await stage.perform(proxyEnsure, { kind: 'proxy.ensure', provider: provider.id });
      expect(await untilAnswering()).toEqual(serving);
      expect((await get('/x', 'b.test')).status).toBeGreaterThanOrEqual(500);

      await other.perform(routeApply, { kind: 'route.apply', from: other.table([rule], ['web-b1-1']), to: other.table([], []), acknowledgeMs });
      await other.perform(edgeRemove, { kind: 'edge.remove', network: other.world.scope.edge });
      expect(await edgeRemove.done({ kind: 'edge.remove', network: other.world.scope.edge }, other.world)).toBe(true);
      expect((await get('/x', 'b.test')).text).not.toContain('b1');
      expect(await answering()).toEqual(serving);
    });

    it('shows its API to no container of an application', async () => {
      const { place } = stage.world.proxy!;
      const [name = ''] = serving;
      const address = (await own.docker(['inspect', '-f', `{{(index .NetworkSettings.Networks "${stage.world.scope.edge}").IPAddress}}`, place.container])).trim();
      const look = async (target: number): Promise<string> =>
        (await own.docker(['exec', ids.get(name) ?? '', 'node', '-e', `fetch('http://${address}:${target}/api/overview').then((r) => console.log(r.status), (e) => console.log(e.cause.code))`])).trim();
      expect(await look(place.listen.http)).toBe('200');
      for (const closed of [place.apiPort, 8405]) expect(['404', 'ECONNREFUSED']).toContain(await look(closed));
    });
  });
}
