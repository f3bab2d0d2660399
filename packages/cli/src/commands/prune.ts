import { Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import { durationOf } from '../base/duration.js';
import { dryRunFlag, lockWaitFlag } from '../base/flags.js';
import type { Outcome } from '../base/session.js';
import { pruneText } from '../render/results/prune.js';

export default class Prune extends StagecraftCommand<typeof Prune> {
  static override summary = 'Remove what old releases keep on the host.';
  static override description =
    'Images that the project built, folders of releases and runs, mounted files and values of releases beyond `retention.releases`. What a kept release of any environment needs stays; volumes and images of third parties are never touched. Shows what goes, and asks.';
  static override examples = [
    { description: 'What would go, and how much', command: '<%= config.bin %> prune --env prod --dry-run' },
    { description: 'Keep three releases, without a question', command: '<%= config.bin %> prune --keep 3 --yes' },
  ];
  static override exitCodes = [0, 1, 2, 3, 6, 130, 143] as const;
  static override mutates = true;
  static override flags = {
    keep: Flags.integer({ min: 1, helpValue: 'N', summary: 'Completed releases to keep; default: `retention.releases` of the config.' }),
    ...lockWaitFlag,
    ...dryRunFlag,
  };

  protected async act(): Promise<Outcome> {
    const { keep } = this.flags;
    const lockWaitMs = durationOf(this.flags['lock-wait'] ?? '0s');
    const ws = await this.workspace();
    const { prune } = await this.actions();
    const result = await prune(ws, { ...(keep === undefined ? {} : { keep }), dryRun: this.flags['dry-run'], lockWaitMs });
    return { data: result, text: (look) => pruneText(result, look) };
  }
}
