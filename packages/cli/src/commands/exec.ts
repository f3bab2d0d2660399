import { Args, Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import { foregroundOf, inContainerFlags, taskOutcome } from '../base/foreground.js';
import type { Outcome } from '../base/session.js';

export default class Exec extends StagecraftCommand<typeof Exec> {
  static override summary = 'Run a command in a container of a service that runs.';
  static override description =
    'A healthy container of the serving release is chosen: of the first host by name that has one, the one with the lowest number. Where several hosts have the service it says which it is. The command gets the terminal, and its exit code is the exit code. With --json its output is part of the document, and it has no input.';
  static override examples = [
    { description: 'A shell in a container of a service', command: '<%= config.bin %> exec api -- sh' },
    { description: 'In the second container, from a file', command: '<%= config.bin %> exec db --index 2 -- psql -U app < query.sql' },
    { description: 'On another host', command: '<%= config.bin %> exec web --host web-2 -- ps' },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override foreground = true;
  static override strict = false;
  static override args = { service: Args.string({ required: true, description: 'Service.' }), command: Args.string({ required: true, multiple: true, description: 'The command and its arguments, behind --.' }) };
  static override flags = {
    index: Flags.integer({ min: 1, helpValue: 'N', exclusive: ['container'], summary: 'Number of the container, as in web-2.' }),
    container: Flags.string({ helpValue: 'NAME', exclusive: ['index'], summary: 'Name of the container, or the begin of its id.' }),
    ...inContainerFlags,
  };

  protected async act(): Promise<Outcome> {
    const { index, container, user, workdir, host } = this.flags;
    const ws = await this.workspace();
    const actions = await this.actions();
    const result = await actions.execCommand(ws, {
      service: this.args.service,
      command: [this.args.command].flat(),
      ...(index === undefined ? {} : { index }),
      ...(container === undefined ? {} : { container }),
      ...(user === undefined ? {} : { user }),
      ...(workdir === undefined ? {} : { workdir }),
      ...(host === undefined ? {} : { host }),
      ...foregroundOf(actions, this.session.mode, this.world),
    });
    return taskOutcome(result);
  }
}
