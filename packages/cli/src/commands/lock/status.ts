import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { lockText } from '../../render/results/lock.js';

export default class LockStatus extends StagecraftCommand<typeof LockStatus> {
  static override summary = 'Show who acts on an environment, and what is unfinished.';
  static override description = 'Asks all hosts side by side. Exit code 10 where one did not answer: it may know of more.';
  static override examples = [{ description: 'Is someone deploying?', command: '<%= config.bin %> lock status --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 10, 130, 143] as const;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { lockStatus } = await this.actions();
    const result = await lockStatus(ws);
    return { data: result, text: (look) => lockText(result, look), exitCode: result.away === undefined ? 0 : 10 };
  }
}
