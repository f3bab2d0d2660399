import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { awayText } from '../../render/results/away.js';
import { releasesText } from '../../render/results/releases.js';

export default class ReleasesList extends StagecraftCommand<typeof ReleasesList> {
  static override summary = 'List the releases of an environment, newest first.';
  static override examples = [{ description: 'Who deployed what, and when', command: '<%= config.bin %> releases list --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { listReleases } = await this.actions();
    const result = await listReleases(ws);
    return { data: result, text: (look) => releasesText(result, look) + awayText(result.away, look) };
  }
}
