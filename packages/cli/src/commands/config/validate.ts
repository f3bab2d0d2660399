import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';
import { findingText } from '../../render/findings.js';
import { plural } from '../../render/text.js';

export default class ConfigValidate extends StagecraftCommand<typeof ConfigValidate> {
  static override summary = 'Check stagecraft.yml; every error at once, with line and column.';
  static override examples = [{ description: 'Before a commit', command: '<%= config.bin %> config validate' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace();
    const { configValidate } = await this.actions();
    const result = await configValidate(ws);
    const { file, environments, findings } = result;
    return {
      data: result,
      text: ({ paint }) => [...findings.map((finding) => findingText(finding, paint)), `${paint.green('valid')}  ${file}: ${plural(environments.length, 'environment')} (${environments.join(', ')})\n`].join(''),
    };
  }
}
