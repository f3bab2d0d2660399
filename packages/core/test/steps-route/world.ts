import type { Event, ProxyProvider, RouteTable, Target } from '../../src/plugin-api/index.js';
import type { Step, SealedPlan } from '../../src/plan/types.js';
import type { ContainerState, Containers } from '../../src/ports/containers.js';
import { fail } from '../../src/errors/index.js';
import type { StepWorld } from '../../src/steps/types.js';

export interface Fake {
  readonly world: StepWorld;
  readonly events: Event[];
  readonly waits: string[];
  /** What the proxy lists from now on; an error is thrown. The host's own table says the same. */
  lists(answer: readonly Target[] | Error): void;
  /** The host's own table says something else. */
  holds(table: RouteTable): void;
  counts(answer: readonly (number | undefined | Error)[]): void;
}

export interface FakeInit {
  readonly containers?: readonly Partial<ContainerState>[];
  readonly networks?: readonly string[];
  readonly steps?: readonly Partial<Step>[];
  readonly noOpen?: boolean;
  /** Answers of the host's shell, the last one again and again. */
  readonly shell?: readonly { readonly exitCode: number; readonly stdout: string }[];
}

/** A world with a proxy that answers what a test says, and a clock that only a sleep moves. */
export function fakeWorld(init: FakeInit = {}): Fake {
  let listed: readonly Target[] | Error = [];
  let held: RouteTable | undefined;
  let counted: readonly (number | undefined | Error)[] = [0];
  let now = 1_000;
  let asked = 0;
  let ran = 0;
  const events: Event[] = [];
  const waits: string[] = [];
  const containers = (init.containers ?? []).map((one) => ({ id: 'x', status: 'running', labels: {}, networks: {}, pid: 42, ...one }) as ContainerState);
  const provider: ProxyProvider = {
    kind: 'proxy',
    id: 'acme',
    api: '0.1.0',
    configSchema: {},
    service: () => ({ image: 'acme:1', command: [], ports: [], folder: '/etc/acme', files: [] }),
    change: (_config, _place, from, to) => ({ files: [{ path: 'shop.txt', content: `${idsOf(from)} -> ${idsOf(to)}` }], remove: [], run: [{ argv: ['acme', 'reload'] }] }),
    observe: () => (listed instanceof Error ? Promise.reject(listed) : Promise.resolve(listed)),
    ...(init.noOpen
      ? {}
      : {
          open: () => {
            const answer = counted[Math.min(asked, counted.length - 1)];
            asked += 1;
            return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
          },
        }),
  };
  const clock = { now: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)), random: () => '' };
  const world = {
    plan: { operation: 'op-1', steps: init.steps ?? [], desired: { project: 'shop', environment: 'prod', composeProject: 'shop-prod' } } as unknown as SealedPlan,
    host: 'local',
    scope: { root: '/state', folder: '/state/shop/prod', proxyProject: 'stagecraft-proxy', proxyNetwork: '00stagecraft', proxyContainer: 'stagecraft-proxy', edge: 'shop-prod-edge', dir: '01234567' },
    containers: {
      list: () => Promise.resolve(containers),
      inspect: (id: string) => Promise.resolve(containers.find((one) => one.id === id)),
      networks: () => Promise.resolve((init.networks ?? []).map((name) => ({ name, id: name, labels: {} }))),
      logs: async function* () {
        yield { container: 'x', stream: 'stderr' as const, time: '', text: 'the last line' };
      },
    } as unknown as Containers,
    shell: {
      run: () => {
        const answers = init.shell ?? [{ exitCode: 1, stdout: '' }];
        const answer = answers[Math.min(ran, answers.length - 1)] ?? { exitCode: 1, stdout: '' };
        ran += 1;
        return Promise.resolve({ stderr: '', ...answer });
      },
      start: () => Promise.resolve(),
    },
    files: { read: () => Promise.resolve(JSON.stringify(held ?? { ...table(), targets: listed instanceof Error ? [] : listed.filter(({ state }) => state === 'in') })), write: () => Promise.resolve(), list: () => Promise.resolve([]) },
    clock,
    signal: new AbortController().signal,
    proxy: {
      id: 'acme',
      provider,
      config: {},
      place: { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '', container: 'stagecraft-proxy' },
      context: { io: { event: (e: Event) => void events.push(e) } } as never,
    },
    mask: (text: string) => text,
    carry: () => Promise.reject(new Error('nothing is carried')),
    pull: () => Promise.resolve(false),
    waiting: (what: string) => void waits.push(what),
  } satisfies StepWorld;
  return { world, events, waits, lists: (answer) => void ((listed = answer), (held = undefined)), holds: (table) => void (held = table), counts: (answer) => void ((counted = answer), (asked = 0)) };
}

export const silent = fail({ code: 'acme/api', kind: 'external', message: 'acme does not answer.' });

export function target(id: string, state: Target['state'] = 'in'): Target {
  return { id, service: 'web', port: 3000, state };
}

export function table(...ids: string[]): RouteTable {
  return { project: 'shop', environment: 'prod', routes: [{ service: 'web', port: 3000 }], targets: ids.map((id) => target(id)) };
}

function idsOf(from: RouteTable | undefined): string {
  return (from?.targets ?? []).map(({ id }) => id).join('+');
}
