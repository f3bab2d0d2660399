import { Args, Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import { foregroundOf } from '../base/foreground.js';
import type { Outcome } from '../base/session.js';

export default class Ssh extends StagecraftCommand<typeof Ssh> {
  static override summary = 'Log in to a host, or run a command there.';
  static override description =
    'By the ssh program of this machine, exactly as every other command reaches the host: user and pinned key of stagecraft.yml, then ~/.ssh/config with its ports, keys and jumps. With one host its name may be left out. One word behind -- is a line for the shell there; of several words each arrives as it is. The command gets the terminal, and its exit code is the exit code; 255 is of ssh itself. It needs no engine there and no release.';
  static override examples = [
    { description: 'A shell on a host', command: '<%= config.bin %> ssh web-1' },
    { description: 'A command on it', command: '<%= config.bin %> ssh web-1 -- docker ps' },
    { description: 'A line for its shell, on the only host of a role', command: "<%= config.bin %> ssh --role data -- 'df -h | grep /var'" },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override foreground = true;
  static override strict = false;
  static override args = { host: Args.string({ multiple: true, description: 'Host, as stagecraft.yml calls it; default: the only one. Behind --: the command and its arguments; default: a login.' }) };
  static override flags = {
    role: Flags.string({ helpValue: 'NAME', summary: 'Only hosts of this role.' }),
  };

  protected async act(): Promise<Outcome> {
    const { host, command } = this.meant();
    const { role } = this.flags;
    const ws = await this.workspace();
    const actions = await this.actions();
    const result = await actions.sshCommand(ws, { ...(host === undefined ? {} : { host }), ...(role === undefined ? {} : { role }), command, ...foregroundOf(actions, this.session.mode, this.world) });
    return { data: result, exitCode: result.exitCode };
  }

  /** The parser drops `--`: where all words stand behind it, the first is of the command and names no host. */
  private meant(): { readonly host: string | undefined; readonly command: readonly string[] } {
    const words = [this.args.host ?? []].flat();
    const split = this.argv.indexOf('--');
    const [host, ...command] = words;
    return split >= 0 && this.argv.length - split - 1 === words.length ? { host: undefined, command: words } : { host, command };
  }
}
