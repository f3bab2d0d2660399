import type { Context, ProxyPlace, Route, RouteTable } from '../../../packages/core/src/plugin-api/index.js';
import { configSchema, type Config } from '../src/config.js';

export const place: ProxyPlace = { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '198.51.100.1', container: 'stagecraft-proxy' };

export const config = Object.fromEntries(Object.entries(configSchema['properties'] as Record<string, { default: unknown }>).map(([name, { default: value }]) => [name, value])) as unknown as Config;

export function table(routes: readonly Route[], ids: readonly string[] = [], owner = { project: 'shop', environment: 'prod' }): RouteTable {
  return { ...owner, routes, targets: ids.map((id) => ({ id, service: id.split('-')[0] ?? '', port: 3000, state: 'in' as const })) };
}

export const web: Route = { service: 'web', port: 3000 };

/** A context whose API answers from a map of path and query to body. */
export function contextOf(answers: (url: URL) => Response | Promise<Response>): Context<Config> {
  return {
    project: 'shop',
    environment: 'prod',
    config,
    io: { event: () => undefined },
    exec: () => Promise.reject(new Error('not here')),
    files: { read: () => Promise.resolve(undefined), write: () => Promise.reject(new Error('not here')), mode: () => Promise.resolve(undefined) },
    secret: () => {
      throw new Error('not here');
    },
    on: (name) => ({
      name,
      exec: () => Promise.reject(new Error('not here')),
      files: { read: () => Promise.reject(new Error('not here')), write: () => Promise.reject(new Error('not here')), list: () => Promise.reject(new Error('not here')) },
      fetch: (async (input: unknown) => answers(new URL(String(input)))) as typeof fetch,
    }),
    fetch: () => Promise.reject(new Error('not here')),
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
    fail: (failure) => Object.assign(new Error(failure.message), { code: failure.code, kind: failure.kind, next: failure.next }),
  };
}
