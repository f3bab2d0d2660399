import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { proxyText } from '../../render/results/proxy.js';

export default class ProxyStatus extends StagecraftCommand<typeof ProxyStatus> {
  static override summary = 'Show the host\'s proxy: what it runs, whom it serves, whether an upgrade is due.';
  static override examples = [{ description: 'Is it what the config describes?', command: '<%= config.bin %> proxy status --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override flags = {};

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { proxyStatus } = await this.actions();
    const hosts = await proxyStatus(ws);
    return { data: { hosts }, text: (look) => hosts.map((status) => proxyText(status, look)).join('\n') };
  }
}
