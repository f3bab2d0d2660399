import { Args } from '@oclif/core';
import { LockingCommand, lockingFlags, lockingOf } from '../../base/locking-command.js';
import type { Outcome } from '../../base/session.js';
import { adoptedText } from '../../render/results/host-member.js';

export default class HostsAdopt extends LockingCommand<typeof HostsAdopt> {
  static override summary = 'Take a host in again that was forgotten, replaced or set back.';
  static override description =
    'Deploys refuse a host that is another machine under a known name, or whose history was set back, and leave out one that was forgotten. This sets its own history aside, on the host, and copies that of the other hosts to it; the next deploy brings it to what serves. Asks for the name of the host; with --yes the name on the command line is enough.';
  static override examples = [
    { description: 'A new machine under the name of a lost one', command: '<%= config.bin %> hosts adopt web-3 --env prod' },
    { description: 'Where nobody can be asked', command: '<%= config.bin %> hosts adopt web-3 --yes' },
  ];
  static override args = { name: Args.string({ required: true, description: 'The host, as stagecraft.yml calls it.' }) };
  static override flags = lockingFlags;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { hostsAdopt } = await this.actions();
    const result = await hostsAdopt(ws, { name: this.args.name, ...lockingOf(this.flags) });
    return { data: result, text: (look) => adoptedText(result, look) };
  }
}
