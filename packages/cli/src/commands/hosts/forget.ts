import { Args } from '@oclif/core';
import { LockingCommand, lockingFlags, lockingOf } from '../../base/locking-command.js';
import type { Outcome } from '../../base/session.js';
import { forgottenText } from '../../render/results/host-member.js';

export default class HostsForget extends LockingCommand<typeof HostsForget> {
  static override summary = 'Give up a host that never comes back.';
  static override description =
    'What it owes is written off: an open operation is closed without it (forward where it was committed, else back), and deploys go on with the other hosts. A host that answers is refused, for it can do what it owes. Should it come back, it takes part in nothing until `hosts adopt`. Asks for the name of the host; with --yes the name on the command line is enough.';
  static override examples = [
    { description: 'After a deploy ended with exit code 5, and the host is lost', command: '<%= config.bin %> hosts forget web-3 --env prod' },
    { description: 'What it would close', command: '<%= config.bin %> hosts forget web-3 --dry-run' },
  ];
  static override exitCodes = [0, 1, 2, 3, 5, 6, 130, 143] as const;
  static override args = { name: Args.string({ required: true, description: 'The host, as stagecraft.yml calls it.' }) };
  static override flags = lockingFlags;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { hostsForget } = await this.actions();
    const result = await hostsForget(ws, { name: this.args.name, ...lockingOf(this.flags) });
    return { data: result, text: (look) => forgottenText(result, look) };
  }
}
