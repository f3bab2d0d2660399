import { Args } from '@oclif/core';
import { fail } from '@stagecraft/core/host';
import { LockingCommand, lockingFlags, lockingOf } from '../base/locking-command.js';
import type { Outcome } from '../base/session.js';

export default class Scale extends LockingCommand<typeof Scale> {
  static override summary = 'Give services another number of containers.';
  static override description =
    'Adds containers of what serves, or drains superfluous ones; no request is lost, and nothing else is touched. An operation of its own: planned, locked, recorded, to be resumed or aborted as a deploy is. The number stays over deploys and rollbacks, until the config says another one.';
  static override examples = [
    { description: 'Eight of one, two of another', command: '<%= config.bin %> scale api=8 worker=2 --env prod' },
    { description: 'What it would do', command: '<%= config.bin %> scale api=8 --dry-run' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 5, 6, 130, 143] as const;
  static override strict = false;
  static override args = { counts: Args.string({ required: true, multiple: true, description: 'SERVICE=NUMBER; the number is for each host. 0 only where no route leads to the service.' }) };
  static override flags = lockingFlags;

  protected async act(): Promise<Outcome> {
    const counts = Object.fromEntries([this.args.counts].flat().map(countOf));
    const locking = lockingOf(this.flags);
    const ws = await this.workspace();
    const { scale } = await this.actions();
    const result = await scale(ws, { counts, ...locking });
    return this.rolledOut(result);
  }
}

function countOf(text: string): [string, number] {
  const [, service = '', count = ''] = /^([a-z0-9][a-z0-9_.-]{0,62})=(\d{1,3})$/.exec(text) ?? [];
  if (service === '') throw fail({ code: 'SC5418', kind: 'user', message: `"${text}" says no number of containers`, next: ['stagecraft scale api=8'] });
  return [service, Number(count)];
}
