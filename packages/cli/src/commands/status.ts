import { Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import type { Outcome } from '../base/session.js';
import { statusText } from '../render/results/status.js';

export default class Status extends StagecraftCommand<typeof Status> {
  static override summary = 'Show how an environment is: services, health, release, drift, lock.';
  static override examples = [
    { description: 'Is everything well? Exit code 0 or 10', command: '<%= config.bin %> status --env prod' },
    { description: 'Also tell drift from the release, by exit code 20', command: '<%= config.bin %> status --detailed-exitcode' },
  ];
  static override exitCodes = [0, 1, 2, 3, 10, 20, 130, 143] as const;
  static override flags = {
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 20 when what runs differs from the release.' }),
  };

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { status } = await this.actions();
    const result = await status(ws);
    const drifted = this.flags['detailed-exitcode'] && result.drift.length > 0;
    return { data: result, text: (look) => statusText(result, look), exitCode: !result.healthy ? 10 : drifted ? 20 : 0 };
  }
}
