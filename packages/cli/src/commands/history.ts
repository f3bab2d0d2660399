import { Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import type { Outcome } from '../base/session.js';
import { awayText } from '../render/results/away.js';
import { historyText } from '../render/results/history.js';

export default class History extends StagecraftCommand<typeof History> {
  static override summary = 'Show who did what to an environment, and when, newest first.';
  static override description = 'Deploys, rollbacks, scalings, take-overs and prunes, from the journal on the host; it also tells of releases that were pruned since.';
  static override examples = [
    { description: 'What happened lately', command: '<%= config.bin %> history --env prod --limit 20' },
    { description: 'For a report', command: '<%= config.bin %> history --json' },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override flags = { limit: Flags.integer({ char: 'n', min: 1, helpValue: 'N', summary: 'Only the newest N.' }) };

  protected async act(): Promise<Outcome> {
    const { limit } = this.flags;
    const ws = await this.workspace();
    const { history } = await this.actions();
    const result = await history(ws, limit === undefined ? {} : { limit });
    return { data: result, text: (look) => historyText(result, look) + awayText(result.away, look) };
  }
}
