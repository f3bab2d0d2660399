import { Args } from '@oclif/core';
import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { awayText } from '../../render/results/away.js';
import { diffText } from '../../render/results/releases-diff.js';

export default class ReleasesDiff extends StagecraftCommand<typeof ReleasesDiff> {
  static override summary = 'Show what one release says otherwise than another.';
  static override description = 'Services, images, variables, mounted files, Compose sections, routes and settings, as they were sealed. Values of variables are compared and never shown.';
  static override examples = [{ description: 'From one version to the next', command: '<%= config.bin %> releases diff v1 v2 --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override args = {
    from: Args.string({ required: true, description: 'A release: its id, a begin of it that no other has, or a version.' }),
    to: Args.string({ required: true, description: 'The other one.' }),
  };

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { diffReleases } = await this.actions();
    const result = await diffReleases(ws, this.args.from, this.args.to);
    return { data: result, text: (look) => diffText(result, look) + awayText(result.away, look) };
  }
}
