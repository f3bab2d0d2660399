import { Flags } from '@oclif/core';
import { StagecraftCommand } from '../../base/command.js';
import { dryRunFlag } from '../../base/flags.js';
import type { Outcome } from '../../base/session.js';
import { hostsSetupCode, hostsSetupText } from '../../render/results/hosts-setup.js';

export default class HostsSetup extends StagecraftCommand<typeof HostsSetup> {
  static override summary = 'Make hosts ready that have only SSH.';
  static override description =
    "For Debian and Ubuntu. Brings what a host lacks: engine and Compose from the distribution's packages, the state folder /var/lib/stagecraft, the user who deploys in the group docker, `live-restore` in the engine's settings; then it checks flock, fsync and the engine as that user. Needs root, or sudo without a password. All hosts at the same time; it shows what it would change, and asks. A second run has nothing to do.";
  static override examples = [
    { description: 'What the hosts lack', command: '<%= config.bin %> hosts setup --env prod --dry-run' },
    { description: 'Log in as root, set up for the user of the config', command: '<%= config.bin %> hosts setup --as root' },
    { description: 'Debian 12, whose own engine is too old', command: '<%= config.bin %> hosts setup --host web-1 --suite trixie --yes' },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override mutates = true;
  static override flags = {
    host: Flags.string({ multiple: true, delimiter: ',', helpValue: 'NAME', summary: 'Only these hosts.' }),
    as: Flags.string({ helpValue: 'USER', summary: 'Log in as this user, in place of the one who deploys.' }),
    suite: Flags.string({ helpValue: 'SUITE', summary: "Take the engine and what it needs from this newer suite of the distribution; nothing else is taken from there." }),
    ...dryRunFlag,
  };

  protected async act(): Promise<Outcome> {
    const { host, as, suite } = this.flags;
    const ws = await this.workspace();
    const { hostsSetup } = await this.actions();
    const result = await hostsSetup(ws, { hosts: host ?? [], dryRun: this.flags['dry-run'], ...(as === undefined ? {} : { as }), ...(suite === undefined ? {} : { suite }) });
    return { data: result, text: (look) => hostsSetupText(result, look), exitCode: hostsSetupCode(result) };
  }
}
