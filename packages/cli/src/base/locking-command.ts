import { Flags, type Command } from '@oclif/core';
import type { DeployResult, ExitCode } from '@stagecraft/core';
import { deployText } from '../render/results/deploy.js';
import { StagecraftCommand } from './command.js';
import { durationOf } from './duration.js';
import { dryRunFlag } from './flags.js';
import type { Outcome } from './session.js';

/** A verb that changes an environment, or the host's proxy, under the environment's lock: it can wait for that, and say what it would do. */
export abstract class LockingCommand<T extends typeof Command> extends StagecraftCommand<T> {
  static override exitCodes: readonly ExitCode[] = [0, 1, 2, 3, 6, 130, 143];
  static override mutates = true;

  /** What came of an operation that is planned: its plan where that was all, else its release. */
  protected async rolledOut(result: DeployResult): Promise<Outcome> {
    const { plan, outcome, exitCode } = result;
    const { renderPlanText } = await this.actions();
    const text = outcome === 'planned' && plan !== undefined ? renderPlanText(plan) : undefined;
    return { data: result, text: (look) => text ?? deployText(result, look), exitCode };
  }
}

/** Every such command has these. */
export const lockingFlags = {
  'lock-wait': Flags.string({
    env: 'STAGECRAFT_LOCK_WAIT',
    helpValue: 'DURATION',
    summary: 'How long to wait for a lock that another holds, as in 30s or 5m; default: not at all.',
  }),
  ...dryRunFlag,
};

/** What they say, as core's actions take it. @throws StagecraftError `user` on what is no duration. */
export function lockingOf(flags: { readonly 'lock-wait'?: string | undefined; readonly 'dry-run': boolean }): { readonly lockWaitMs: number; readonly dryRun: boolean } {
  return { lockWaitMs: durationOf(flags['lock-wait'] ?? '0s'), dryRun: flags['dry-run'] };
}
