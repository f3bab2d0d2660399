import { Flags } from '@oclif/core';
import { LockingCommand, lockingFlags, lockingOf } from '../base/locking-command.js';
import type { Outcome } from '../base/session.js';
import { adoptDiff, adoptText } from '../render/results/attach.js';

export default class Attach extends LockingCommand<typeof Attach> {
  static override summary = 'Take over a stack that plain `docker compose up` started.';
  static override description =
    'Shows the difference and asks. The Compose project of the stack becomes that of the environment, and its containers are taken over as they are: nothing is moved, stopped or started. The next deploy replaces what serves, and leaves what holds data running.';
  static override examples = [
    { description: 'The stack that was started from this folder', command: '<%= config.bin %> attach --adopt --env prod' },
    { description: 'See what would be taken over', command: '<%= config.bin %> attach --adopt --project shop --dry-run' },
  ];
  static override flags = {
    adopt: Flags.boolean({ required: true, summary: 'Take over a running stack, with its data.' }),
    project: Flags.string({ helpValue: 'NAME', summary: 'Compose project of the stack; default: the one that was started from this folder.' }),
    ...lockingFlags,
  };

  protected async act(): Promise<Outcome> {
    const { project } = this.flags;
    const ws = await this.workspace();
    const { adopt } = await this.actions();
    const result = await adopt(ws, {
      ...(project === undefined ? {} : { project }),
      ...lockingOf(this.flags),
      show: (what) => void this.world.stderr.write(`${adoptDiff(what, this.look)}\n`),
    });
    return { data: result, text: (look) => adoptText(result, look) };
  }
}
