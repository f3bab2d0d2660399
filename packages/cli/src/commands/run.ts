import { Args, Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import { foregroundOf, inContainerFlags, taskOutcome } from '../base/foreground.js';
import type { Outcome } from '../base/session.js';

export default class Run extends StagecraftCommand<typeof Run> {
  static override summary = 'Run a one-off container of a service, as the serving release has it.';
  static override description =
    "Same image, variables, secrets, networks and mounts; no port, no route, no other container of the service is touched. Services of a profile that is off can be run too. Of several hosts that have the service it is the first by name, and it says so. The command gets the terminal, its exit code is the exit code, and the container is removed when it ends. Deploys and rollbacks leave it alone.";
  static override examples = [
    { description: 'A console of the application', command: '<%= config.bin %> run api -- node console.js' },
    { description: 'Something long, that goes on by itself', command: '<%= config.bin %> run worker --detach -- node reindex.js' },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override foreground = true;
  static override strict = false;
  static override args = { service: Args.string({ required: true, description: 'Service.' }), command: Args.string({ multiple: true, description: 'The command and its arguments, behind --; default: what the service runs.' }) };
  static override flags = {
    detach: Flags.boolean({ char: 'd', summary: 'Print the name of the container, and do not wait for its end.' }),
    ...inContainerFlags,
  };

  protected async act(): Promise<Outcome> {
    const { detach, user, workdir, host } = this.flags;
    const ws = await this.workspace();
    const actions = await this.actions();
    const result = await actions.runTask(ws, {
      service: this.args.service,
      command: [this.args.command ?? []].flat(),
      detach,
      ...(user === undefined ? {} : { user }),
      ...(workdir === undefined ? {} : { workdir }),
      ...(host === undefined ? {} : { host }),
      ...foregroundOf(actions, this.session.mode, this.world),
    });
    return detach ? { data: result, text: () => `${result.container}\n` } : taskOutcome(result);
  }
}
