import { fail } from '../errors/index.js';
import type { Context } from '../plugin-api/context.js';
import type { HostHandle } from '../plugin-api/host.js';
import type { Workspace } from './types.js';

/** What a provider gets in every call. */
export function providerContext(ws: Workspace, about: { readonly project: string; readonly environment: string; readonly config: unknown; on?(host: string): HostHandle }): Context<never> {
  return {
    project: about.project,
    environment: about.environment,
    config: about.config as never,
    io: { event: (event) => ws.io.event(event) },
    exec: (argv, options = {}) => ws.exec.run(argv, { cwd: ws.folder, signal: ws.signal, ...options }),
    on: (name) => {
      if (!about.on) throw fail({ code: 'SC5006', kind: 'bug', message: `A provider asked for host ${name} in a call that has none.` });
      return about.on(name);
    },
    fetch: (input, init) => fetch(input, { ...init, signal: init?.signal ?? ws.signal }),
    clock: ws.clock,
    signal: ws.signal,
    fail: (failure) => fail(failure),
  };
}
