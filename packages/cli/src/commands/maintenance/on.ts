import { Flags } from '@oclif/core';
import { durationOf } from '../../base/duration.js';
import { LockingCommand, lockingFlags, lockingOf } from '../../base/locking-command.js';
import type { Outcome } from '../../base/session.js';
import { maintenanceText } from '../../render/results/maintenance.js';

export default class MaintenanceOn extends LockingCommand<typeof MaintenanceOn> {
  static override summary = 'Answer every request of an environment with 503 and a page.';
  static override description =
    'The proxy answers, and acknowledges it before the command ends; containers go on as they are. It stands until `maintenance off`, over deploys, rollbacks, restarts of the proxy and reboots. Other environments and projects of the host are not touched.';
  static override examples = [
    { description: 'While a database is moved', command: '<%= config.bin %> maintenance on --env prod' },
    { description: 'With a page of your own', command: '<%= config.bin %> maintenance on --page maintenance.html --retry-after 10m' },
  ];
  static override flags = {
    page: Flags.string({ helpValue: 'FILE', summary: 'HTML file of the project that is answered, up to 12 KiB; default: a plain page.' }),
    'retry-after': Flags.string({ helpValue: 'DURATION', default: '2m', summary: 'When clients may ask again, for the header Retry-After.' }),
    ...lockingFlags,
  };

  protected async act(): Promise<Outcome> {
    const { page } = this.flags;
    const ws = await this.workspace();
    const { maintenance } = await this.actions();
    const result = await maintenance(ws, {
      state: 'on',
      ...(page === undefined ? {} : { page }),
      retryAfterS: Math.ceil(durationOf(this.flags['retry-after']) / 1000),
      ...lockingOf(this.flags),
    });
    return { data: result, text: (look) => maintenanceText(result, look) };
  }
}
