import { answers } from '@stagecraft-tools/engine/parts';
import type { EngineFaults, TestHost } from './types.js';
import { waitFor } from './wait.js';

/** What can befall the engine of a host, which it asks for when it is needed. */
export function engineFaults(host: () => TestHost): EngineFaults {
  const signal = async (name: string, programs: readonly string[]): Promise<void> => {
    await host().must(['pkill', `-${name}`, '--exact', programs.join('|')]);
  };
  const alive = async (): Promise<boolean> => (await host().exec(['pgrep', '--exact', 'dockerd'])).code === 0;

  return {
    async ready() {
      let why = '';
      await waitFor(async () => {
        try {
          return await answers(host().socket());
        } catch (error) {
          why = (error as Error).message;
          return false;
        }
      }, () => `${host().name}: the engine does not answer ${why}`);
    },
    async kill(also) {
      await signal('KILL', also === 'containerd' ? ['dockerd', 'containerd'] : ['dockerd']);
    },
    async stop() {
      await host().must(['touch', '/run/engine-off']);
      await signal('TERM', ['dockerd']);
      await waitFor(async () => !(await alive()), () => `${host().name}: the engine does not end`);
    },
    async start() {
      await host().must(['rm', '-f', '/run/engine-off']);
      await waitFor(alive, () => `${host().name}: the engine does not start`);
      await this.ready();
    },
    freeze: () => signal('STOP', ['dockerd']),
    thaw: () => signal('CONT', ['dockerd']),
  };
}
