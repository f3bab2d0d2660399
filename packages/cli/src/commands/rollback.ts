import { Flags } from '@oclif/core';
import { servicesFlag } from '../base/flags.js';
import { LockingCommand, lockingFlags, lockingOf } from '../base/locking-command.js';
import type { Outcome } from '../base/session.js';

export default class Rollback extends LockingCommand<typeof Rollback> {
  static override summary = 'Bring an environment back to an earlier release.';
  static override description =
    'Rolls out the sealed model and images of that release, in the same phases as a deploy, and records a new release. Data services are left alone, and migrations of databases are not undone. Without a flag it shows the previous release and asks.';
  static override examples = [
    { description: 'Back to the release before the one that serves', command: '<%= config.bin %> rollback --env prod' },
    { description: 'Back to a version, without a question', command: '<%= config.bin %> rollback --to-version v1 --yes' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 5, 6, 130, 143] as const;
  static override flags = {
    'to-previous': Flags.boolean({ exclusive: ['to-release', 'to-version'], summary: 'The newest complete release before the one that serves; the default.' }),
    'to-release': Flags.string({ helpValue: 'ID', exclusive: ['to-previous', 'to-version'], summary: 'That release; `releases list` shows the ids.' }),
    'to-version': Flags.string({ helpValue: 'VERSION', exclusive: ['to-previous', 'to-release'], summary: 'The newest complete release of that version.' }),
    secrets: Flags.option({ options: ['today', 'sealed'] as const })({ summary: 'The secrets that serve now (default), or those that the release was sealed with.' }),
    ...servicesFlag,
    ...lockingFlags,
  };

  protected async act(): Promise<Outcome> {
    const { services, secrets } = this.flags;
    const [toRelease, toVersion] = [this.flags['to-release'], this.flags['to-version']];
    const locking = lockingOf(this.flags);
    const ws = await this.workspace();
    const { rollback } = await this.actions();
    const result = await rollback(ws, {
      ...(toRelease === undefined ? {} : { toRelease }),
      ...(toVersion === undefined ? {} : { toVersion }),
      ...(secrets === undefined ? {} : { secrets }),
      filter: services === undefined ? {} : { services },
      ...locking,
    });
    return this.rolledOut(result);
  }
}
