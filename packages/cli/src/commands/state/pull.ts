import { Args } from '@oclif/core';
import { fail } from '@stagecraft/core/host';
import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { statePullCode, statePullText } from '../../render/results/state.js';

export default class StatePull extends StagecraftCommand<typeof StatePull> {
  static override summary = "Make the project's copy of the history again from the hosts, and show what they know.";
  static override description =
    'For a fresh checkout, another machine, or a copy that was lost. The hosts are asked side by side: which releases each has, who acts, what is unfinished, and what to run next. Hosts are read and not changed. Exit code 10 where a host is away or its history is damaged; what the others know is written all the same.';
  static override examples = [
    { description: 'On another machine, after the laptop that deployed was lost', command: '<%= config.bin %> state pull prod' },
    { description: 'For a script', command: '<%= config.bin %> state pull --env prod --json' },
  ];
  static override exitCodes = [0, 1, 2, 3, 10, 130, 143] as const;
  static override args = { environment: Args.string({ description: 'The environment, in place of --env.' }) };

  protected async act(): Promise<Outcome> {
    const { environment } = this.args;
    const { env } = this.flags;
    if (environment !== undefined && env !== undefined && environment !== env)
      throw fail({ code: 'SC3740', kind: 'user', message: `Two environments are named: ${environment}, and ${env} by --env or STAGECRAFT_ENV.`, next: [`stagecraft state pull --env ${environment}`] });
    const ws = await this.workspace();
    const { statePull } = await this.actions();
    const result = await statePull(environment === undefined ? ws : { ...ws, environment });
    return { data: result, text: (look) => statePullText(result, look), exitCode: statePullCode(result) };
  }
}
