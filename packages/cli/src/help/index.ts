import { Command, CommandHelp, Help } from '@oclif/core';
import type { ExitCode } from '@stagecraft/core';
import { exitCodes } from '@stagecraft/core/host';

/** Help of a command with the exit codes that it can give. */
class StagecraftCommandHelp extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    return [
      ...super.sections(),
      {
        header: 'EXIT CODES',
        generate: ({ cmd }) => {
          const codes = (cmd as Command.Loadable & { exitCodes?: readonly ExitCode[] }).exitCodes ?? [];
          const body = codes.map((code): [string, string] => [String(code), exitCodes[code]]);
          return [{ header: 'EXIT CODES', body }];
        },
      },
    ];
  }
}

export default class StagecraftHelp extends Help {
  protected override CommandHelpClass = StagecraftCommandHelp;

  override formatRoot(): string {
    return super.formatRoot().replace(/@\S+\/cli\/(\S+)/, 'stagecraft/$1');
  }
}
