import { Flags } from '@oclif/core';
import { LockingCommand, lockingFlags, lockingOf } from '../../base/locking-command.js';
import type { Outcome } from '../../base/session.js';
import { upgradeText } from '../../render/results/proxy.js';

export default class ProxyUpgrade extends LockingCommand<typeof ProxyUpgrade> {
  static override summary = 'Make the host\'s proxy anew, by this project\'s config, while it serves.';
  static override description =
    'A second proxy takes new connections meanwhile. No deploy does this: the proxy is shared by all projects and environments of the host. `--dry-run` says why it is due, and what can be lost.';
  static override examples = [
    { description: 'Why, and what it costs', command: '<%= config.bin %> proxy upgrade --dry-run' },
    { description: 'To the newest image of the tag in the config', command: '<%= config.bin %> proxy upgrade --pull' },
  ];
  static override flags = {
    pull: Flags.boolean({ summary: 'Ask the registry for a newer image under the same tag first.' }),
    force: Flags.boolean({ summary: 'Also where nothing differs.' }),
    ...lockingFlags,
  };

  protected async act(): Promise<Outcome> {
    const { pull, force } = this.flags;
    const ws = await this.workspace();
    const { proxyUpgrade } = await this.actions();
    const hosts = await proxyUpgrade(ws, { pull, force, ...lockingOf(this.flags) });
    return { data: { hosts }, text: (look) => hosts.map((result) => upgradeText(result, look)).join('') };
  }
}
