import { Flags } from '@oclif/core';
import type { StatusResult } from '@stagecraft/core';
import { statusSeen } from '@stagecraft/core/host';
import { StagecraftCommand } from '../base/command.js';
import { durationOf } from '../base/duration.js';
import type { Outcome } from '../base/session.js';
import { statusText } from '../render/results/status.js';

export default class Status extends StagecraftCommand<typeof Status> {
  static override summary = 'Show how an environment is: services, health, release, drift, lock.';
  static override description =
    'Drift is what differs from the serving release: containers, images, the Compose file and mounted files on the host, what the proxy routes to. With --watch it goes on until Ctrl-C, and the exit code tells of the last look; with --json that is a line for each look.';
  static override examples = [
    { description: 'Is everything well? Exit code 0 or 10', command: '<%= config.bin %> status --env prod' },
    { description: 'Also tell drift from the release, by exit code 20', command: '<%= config.bin %> status --detailed-exitcode' },
    { description: 'Look every five seconds', command: '<%= config.bin %> status --watch --interval 5s' },
  ];
  static override exitCodes = [0, 1, 2, 3, 10, 20, 130, 143] as const;
  static override flags = {
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 20 when what runs differs from the release.' }),
    watch: Flags.boolean({ summary: 'Look again and again, until Ctrl-C.' }),
    interval: Flags.string({ helpValue: 'DURATION', dependsOn: ['watch'], summary: 'Time between two looks, as in 2s or 1m; default: 2s.' }),
  };

  protected async act(): Promise<Outcome> {
    const intervalMs = Math.max(100, durationOf(this.flags.interval ?? '2s'));
    const ws = await this.workspace();
    const { status, watchStatus } = await this.actions();
    if (!this.flags.watch) {
      const result = await status(ws);
      return { data: result, text: (look) => statusText(result, look), exitCode: this.codeOf(result) };
    }
    let last: StatusResult | undefined;
    for await (const result of watchStatus(ws, { intervalMs })) {
      last = result;
      if (this.session.mode === 'json') this.session.print(JSON.stringify(this.session.redactor.redactData(result)));
      else if (this.session.mode === 'events') this.session.io.event(statusSeen(result));
      else this.session.picture(statusText(result, this.look));
    }
    return { data: last ?? null, printed: true, exitCode: last === undefined ? 130 : this.codeOf(last) };
  }

  private codeOf(result: StatusResult): number {
    return !result.healthy ? 10 : this.flags['detailed-exitcode'] && result.drift.length > 0 ? 20 : 0;
  }
}
