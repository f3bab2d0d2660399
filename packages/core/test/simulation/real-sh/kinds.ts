import type { ProxyProvider } from '../../../src/plugin-api/index.js';
import type { RouteTable } from '../../../src/plugin-api/route.js';
import { stepScript } from '../../../src/protocol/step-script.js';
import { stepKind, type HostAction } from '../../../src/steps/index.js';
import type { StepWorld } from '../../../src/steps/types.js';
import { plan } from '../../crash/shop.js';
import { scope } from '../place.js';
import type { Run } from '../sh/run.js';
import type { Shell } from '../sh/shell.js';
import { hostWith, run, states, under } from './states.js';
import type { Case } from './twin.js';

/** The whole script of every kind of step, forwards and back, on a host in different states and with an engine that answers, has nothing, or fails. */
export async function scriptsOfKinds(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const action of Object.values(actions)) {
    const kind = stepKind(action.kind);
    for (const direction of ['do', 'undo'] as const) {
      const effects = await (direction === 'do' ? kind : kind.undo)?.script?.(action, world);
      if (effects === undefined) continue;
      for (const [engine, docker] of Object.entries(engines)) {
        const state = states[cases.length % states.length] ?? '';
        const script = stepScript(scope, 's-1', { operation: 'op-rel-2', step: `local/web/${action.kind}`, direction, attempt: 1, timeoutMs: 60_000, effects }, run);
        cases.push({ name: `${action.kind} ${direction}, the engine ${engine}, ${state}`, script: under(script), files: hostWith(state), docker });
      }
    }
  }
  return cases;
}

const old: RouteTable = { project: 'shop', environment: 'prod', routes: [{ service: 'web', port: 3000 }], targets: [{ id: 'web-r1-1', service: 'web', port: 3000, state: 'in' }] };
const both: RouteTable = { ...old, targets: [...old.targets, { id: "it's-r2-1", service: 'web', port: 3000, state: 'in' }] };
const edge = { network: 'shop-prod-edge', aliases: ['web-r2-1'] };
const kept = { id: 'c0ffee', name: 'web-1', restartPolicy: 'always', aliases: ['web-r1-1'] };

const actions: { readonly [K in HostAction['kind']]: Extract<HostAction, { kind: K }> } = {
  'image.pull': { kind: 'image.pull', service: 'store', reference: 'store:1' },
  'image.fetch': { kind: 'image.fetch', service: 'store', reference: 'registry.test/shop/store:1', id: 'sha256:1', digest: 'sha256:2' },
  'image.carry': { kind: 'image.carry', service: 'store', reference: 'store:1', id: 'sha256:1' },
  'proxy.ensure': { kind: 'proxy.ensure', provider: 'acme' },
  'edge.ensure': { kind: 'edge.ensure', network: edge.network },
  'container.start': { kind: 'container.start', service: 'web', count: 2, edge },
  'container.resume': { kind: 'container.resume', service: 'web', ids: ['c0ffee'] },
  'container.gate': { kind: 'container.gate', service: 'web', count: 2, healthcheck: true, timeoutMs: 1_000, settleMs: 0 },
  'route.admit': { kind: 'route.admit', service: 'web', edge, from: old, to: both, acknowledgeMs: 1_000 },
  'route.retire': { kind: 'route.retire', service: 'web', from: both, to: old, acknowledgeMs: 1_000 },
  'route.apply': { kind: 'route.apply', from: old, to: { ...both, routes: [], targets: [] }, acknowledgeMs: 1_000 },
  'container.drain': { kind: 'container.drain', service: 'web', ids: ['c0ffee'], targets: ['web-r1-1'], timeoutMs: 1_000 },
  'container.stop': { kind: 'container.stop', service: 'web', ids: [kept], graceMs: 1_500, edge: edge.network, rename: true },
  'job.run': { kind: 'job.run', service: 'job', timeoutMs: 1_000 },
  'container.remove': { kind: 'container.remove', service: 'web', ids: ['c0ffee'], graceMs: 1_000 },
  'edge.remove': { kind: 'edge.remove', network: edge.network },
};

const provider: ProxyProvider = {
  kind: 'proxy', id: 'acme', api: '0.1.0', configSchema: {},
  service: () => ({ image: 'acme:1', command: ['--at', '$HOME'], ports: ['80:80'], folder: '/etc/acme', files: [{ path: 'main.conf', content: 'gateway STAGECRAFT_GATEWAY\n' }] }),
  change: (_config, _place, _from, to) => ({ files: [{ path: 'shop.txt', content: (to?.targets ?? []).map(({ id }) => `${id}\n`).join('') }], remove: ['old file.txt'], run: [{ argv: ['docker', 'exec', 'acme', 'reload'], stdin: 'reload\n' }] }),
  observe: () => Promise.resolve([]),
  open: () => Promise.resolve(0),
};

const world = {
  plan, host: 'local', scope, mask: (text: string) => text,
  carry: () => Promise.resolve('/state/shop/prod/carried/it.tar'),
  pull: () => Promise.resolve(false),
  containers: {
    image: () => Promise.resolve(undefined),
    list: () => Promise.resolve([{ id: 'id1' }]),
    async *logs() {
      yield { container: 'id1', stream: 'stderr', time: '2026-01-01T00:00:00.000000000Z', text: `it's "$HOME" \\n` };
    },
  },
  proxy: { id: 'acme', provider, config: {}, place: { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '', container: scope.proxyContainer }, context: {} },
} as unknown as StepWorld;

const engines: Readonly<Record<string, (shell: Shell, argv: readonly string[]) => Run>> = {
  *answers(shell, argv) {
    const line = argv.slice(1).join(' ');
    yield* shell.print(
      line.startsWith('ps') ? (line.includes('--format') ? '2 id2\n1 id1\n' : 'id1\nid2\n') : line.includes('println $name') ? `shop-prod_default\n${edge.network}\n` : line.includes('.Name') ? '/web-1\n' : line.includes('ExitCode') ? 'exited 0\n' : line.includes('Gateway') ? '198.51.100.1\n' : line.startsWith('wait') ? '0\n' : '',
    );
    return 0;
  },
  *'has nothing'(shell, argv) {
    if (!/inspect|stop|rm|start|disconnect/.test(argv.slice(1, 3).join(' '))) return 0;
    return yield* shell.complain('No such object');
  },
  *fails(shell) {
    return (yield* shell.complain('Cannot connect to the Docker daemon')) * 125;
  },
};
