import { Args } from '@oclif/core';
import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { awayText } from '../../render/results/away.js';
import { storyText } from '../../render/results/releases.js';

export default class ReleasesShow extends StagecraftCommand<typeof ReleasesShow> {
  static override summary = 'Show one release: its phases, what it changed, and what happened step by step.';
  static override examples = [{ description: 'The story of a release', command: '<%= config.bin %> releases show 20300102-030405-a1b2 --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override args = { id: Args.string({ required: true, description: 'Id of the release, or a begin of it that no other has.' }) };

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { showRelease } = await this.actions();
    const result = await showRelease(ws, this.args.id);
    return { data: result, text: (look) => storyText(result, look) + awayText(result.away, look) };
  }
}
