import type { Context, ExecResult, ProxyPlace, Route, RouteTable } from '../../../packages/core/src/plugin-api/index.js';
import { configSchema, type Config } from '../src/config.js';

export const place: ProxyPlace = { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '198.51.100.1', container: 'stagecraft-proxy' };

export const config = Object.fromEntries(Object.entries(configSchema['properties'] as Record<string, { default: unknown }>).map(([name, { default: value }]) => [name, value])) as unknown as Config;

export function table(routes: readonly Route[], ids: readonly string[] = [], owner = { project: 'shop', environment: 'prod' }): RouteTable {
  return { ...owner, routes, targets: ids.map((id) => ({ id, service: id.split('-')[0] ?? '', port: 3000, state: 'in' as const })) };
}

export const web: Route = { service: 'web', port: 3000 };

/** A context on whose host every command answers this. */
export function contextOf(answer: Partial<ExecResult>, ran: (readonly string[])[] = []): Context<Config> {
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
      fetch: () => Promise.reject(new Error('not here')),
      name,
      files: { read: () => Promise.resolve(undefined), write: () => Promise.resolve(), list: () => Promise.resolve([]) },
      exec: (argv) => {
        ran.push(argv);
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer });
      },
    }),
    fetch: () => Promise.reject(new Error('not here')),
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
    fail: (failure) => Object.assign(new Error(failure.message), { code: failure.code, kind: failure.kind, next: failure.next }),
  };
}
