import { StagecraftCommand } from '../../base/command.js';
import { durationOf } from '../../base/duration.js';
import { dryRunFlag, lockWaitFlag } from '../../base/flags.js';
import type { Outcome } from '../../base/session.js';
import { maintenanceText } from '../../render/results/maintenance.js';

export default class MaintenanceOff extends StagecraftCommand<typeof MaintenanceOff> {
  static override summary = 'Lead requests to the containers again.';
  static override description = 'The proxy acknowledges it before the command ends.';
  static override examples = [{ description: 'When the work is done', command: '<%= config.bin %> maintenance off --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 6, 130, 143] as const;
  static override mutates = true;
  static override flags = { ...lockWaitFlag, ...dryRunFlag };

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { maintenance } = await this.actions();
    const result = await maintenance(ws, { state: 'off', retryAfterS: 0, dryRun: this.flags['dry-run'], lockWaitMs: durationOf(this.flags['lock-wait'] ?? '0s') });
    return { data: result, text: (look) => maintenanceText(result, look) };
  }
}
