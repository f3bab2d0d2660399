import { Flags } from '@oclif/core';
import { StagecraftCommand } from '../../base/command.js';
import { dryRunFlag } from '../../base/flags.js';
import type { Outcome } from '../../base/session.js';
import { lockText } from '../../render/results/lock.js';

export default class LockTake extends StagecraftCommand<typeof LockTake> {
  static override summary = 'Take the lock over from a session that is gone.';
  static override description = 'Shows the holder and asks. Where nobody can be asked, --id has to name the session that is meant. A holder that comes back cannot write any more.';
  static override examples = [{ description: 'After the laptop that deployed was lost', command: '<%= config.bin %> lock take --env prod --id 4f2a91c0' }];
  static override exitCodes = [0, 1, 2, 3, 6, 130, 143] as const;
  static override mutates = true;
  static override flags = {
    id: Flags.string({ helpValue: 'SESSION', summary: 'The session to take over from, as `lock status` shows it.' }),
    ...dryRunFlag,
  };

  protected async act(): Promise<Outcome> {
    const { id } = this.flags;
    const ws = await this.workspace();
    const { lockStatus, lockTake } = await this.actions();
    const result = this.flags['dry-run'] ? await lockStatus(ws) : await lockTake(ws, id === undefined ? {} : { id });
    return { data: result, text: (look) => lockText(result, look) };
  }
}
