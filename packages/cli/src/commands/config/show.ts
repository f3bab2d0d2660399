import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { configText } from '../../render/results/config.js';

export default class ConfigShow extends StagecraftCommand<typeof ConfigShow> {
  static override summary = 'Show every setting of an environment, and where it came from; secrets are masked.';
  static override examples = [{ description: 'What does prod come to?', command: '<%= config.bin %> config show --env prod' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { configShow } = await this.actions();
    const result = await configShow(ws);
    for (const finding of result.findings) ws.io.event({ type: 'finding', code: finding.code, data: finding });
    return { data: result, text: (look) => configText(result, look) };
  }
}
