import { Args } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import type { Outcome } from '../base/session.js';
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { completionPlaces } from '../completion/model.js';
import { zshCompletion } from '../completion/zsh.js';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof shells;

export default class Completion extends StagecraftCommand<typeof Completion> {
  static override summary = 'Print a script that completes commands and flags in a shell.';
  static override examples = [
    { description: 'bash, from ~/.bashrc', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'zsh, from ~/.zshrc after compinit', command: 'source <(<%= config.bin %> completion zsh)' },
    { description: 'fish, once', command: '<%= config.bin %> completion fish > ~/.config/fish/completions/<%= config.bin %>.fish' },
  ];
  static override exitCodes = [0, 1, 3] as const;
  static override args = { shell: Args.string({ required: true, options: Object.keys(shells), description: 'The shell.' }) };

  protected act(): Promise<Outcome> {
    const shell = this.args.shell as Shell;
    const script = shells[shell](this.config.bin, completionPlaces(this.config));
    return Promise.resolve({ data: { shell, script }, text: () => script });
  }
}
