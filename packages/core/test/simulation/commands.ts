import { makeRelease, type Intake } from '../../src/actions/make-release.js';
import { hostsForget } from '../../src/actions/hosts-forget.js';
import { lockTake } from '../../src/actions/lock.js';
import { abort as abortAction, resume as resumeAction } from '../../src/actions/resume.js';
import { takingPart } from '../../src/actions/taking-part.js';
import type { DeployOptions, DeployResult } from '../../src/actions/types.js';
import { underLock } from '../../src/actions/under-lock.js';
import { observeAll } from '../../src/observe/observe.js';
import { draft, seal } from '../../src/plan/draft.js';
import type { PlanInput } from '../../src/plan/types.js';
import type { Desired } from '../../src/compose/model.js';
import { built, desired } from '../plan/world.js';
import type { Command } from './operator.js';

const settings = { project: 'shop', environment: 'prod' } as const;
const options: DeployOptions = { filter: {}, dryRun: false, resume: false, abort: false, pull: false, acceptEmptyVolume: [], lockWaitMs: 0 };

/** What version `v` of the shop is: one routed service. */
export function shop(version: string, hosts: readonly string[]): Desired {
  const several = hosts.length > 1 ? { driver: 'ssh' as const, hosts: hosts.map((name) => ({ name, roles: [] })) } : {};
  return desired([built('web', `sha256:web-${version}`, { healthTimeoutMs: 200, drainMs: 200 }, version)], [{ service: 'web', port: 3000 }], { proxy: { provider: 'acme', package: 'acme@1.0.0', listen: { http: 80, https: 443 }, config: {} }, ...several });
}

/** `stagecraft deploy`, but for what it reads from the project's files: those are given. */
export function deploy(version: string): Command {
  return {
    name: `deploy ${version}`,
    async run(ws, operator) {
      const { hosts, away } = operator.open();
      if (away[0]) throw away[0].error;
      const wanted = shop(version, hosts.map(({ name }) => name));
      const input = async (): Promise<PlanInput> => ({
        kind: 'deploy', desired: wanted, version, providers: ['acme@1.0.0'], replace: [], acceptEmptyVolume: [], findings: [],
        observation: await observeAll(hosts, wanted.services.map((service) => service.image.reference), wanted.composeProject),
      });
      return answered(await underLock(ws, hosts, settings, 0, async (held) => {
        const first = await input();
        const intake: Intake = {
          kind: 'deploy', version: { version, from: 'flag' }, draft: draft(first), desired: wanted, build: () => Promise.resolve({}),
          gather: async () => ({ input: await input(), values: {}, secrets: {}, uploads: [], proxy: undefined }),
          seal: (gathered, ids) => seal({ ...first, ...gathered.input, ...ids }),
        };
        return makeRelease(held, intake);
      }));
    },
  };
}

export const resume: Command = { name: 'deploy --resume', run: async (ws) => answered(await resumeAction(ws, { ...options, resume: true })) };
export const abort: Command = { name: 'deploy --abort', run: async (ws) => answered(await abortAction(ws)) };

export const take: Command = {
  name: 'lock take',
  async run(ws) {
    await lockTake(ws, {});
    return { exitCode: 0 };
  },
};

/** `stagecraft hosts forget`, by somebody who does not reach the host; others may. */
export function forget(name: string): Command {
  return {
    name: `hosts forget ${name}`,
    async run(ws, operator) {
      operator.loses(name);
      await hostsForget(ws, { name, lockWaitMs: 0, dryRun: false });
      return { exitCode: 0 };
    },
  };
}

/** Takes the lock and gives it back: it proves that nobody stranded it. */
export const lockAndLeave: Command = {
  name: 'deploy (nothing)',
  run: async (ws, operator) => underLock(ws, (await takingPart(operator.open())).hosts, settings, 0, () => Promise.resolve({ exitCode: 0 })),
};

function answered(result: DeployResult): { readonly exitCode: number; readonly release?: string } {
  return { exitCode: result.exitCode, ...(result.release ? { release: result.release.id } : {}) };
}
