import { Flags } from '@oclif/core';
import { LockingCommand, lockingFlags, lockingOf } from '../base/locking-command.js';
import type { Outcome } from '../base/session.js';
import { pruneText } from '../render/results/prune.js';

export default class Prune extends LockingCommand<typeof Prune> {
  static override summary = 'Remove what old releases keep on the hosts.';
  static override description =
    'Images that the project built, folders of releases and runs, mounted files and values of releases beyond `retention.releases`. What a kept release of any environment needs stays; volumes and images of third parties are never touched. All hosts of the environment; shows what goes, and asks.';
  static override examples = [
    { description: 'What would go, and how much', command: '<%= config.bin %> prune --env prod --dry-run' },
    { description: 'Keep three releases, without a question', command: '<%= config.bin %> prune --keep 3 --yes' },
  ];
  static override flags = {
    keep: Flags.integer({ min: 1, helpValue: 'N', summary: 'Completed releases to keep; default: `retention.releases` of the config.' }),
    ...lockingFlags,
  };

  protected async act(): Promise<Outcome> {
    const { keep } = this.flags;
    const locking = lockingOf(this.flags);
    const ws = await this.workspace();
    const { prune } = await this.actions();
    const result = await prune(ws, { ...(keep === undefined ? {} : { keep }), ...locking });
    return { data: result, text: (look) => pruneText(result, look) };
  }
}
