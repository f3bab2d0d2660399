import { LockingCommand, lockingFlags, lockingOf } from '../../base/locking-command.js';
import type { Outcome } from '../../base/session.js';
import { maintenanceText } from '../../render/results/maintenance.js';

export default class MaintenanceOff extends LockingCommand<typeof MaintenanceOff> {
  static override summary = 'Lead requests to the containers again.';
  static override description = 'The proxy acknowledges it before the command ends.';
  static override examples = [{ description: 'When the work is done', command: '<%= config.bin %> maintenance off --env prod' }];
  static override flags = lockingFlags;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { maintenance } = await this.actions();
    const result = await maintenance(ws, { state: 'off', retryAfterS: 0, ...lockingOf(this.flags) });
    return { data: result, text: (look) => maintenanceText(result, look) };
  }
}
