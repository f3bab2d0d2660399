import { StagecraftCommand } from '../../base/command.js';
import type { Outcome } from '../../base/session.js';

export default class ConfigSchema extends StagecraftCommand<typeof ConfigSchema> {
  static override summary = 'Print the JSON Schema of stagecraft.yml, for editors.';
  static override examples = [{ description: 'Keep it beside the config', command: '<%= config.bin %> config schema > .stagecraft/schema.json' }];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;

  protected async act(): Promise<Outcome> {
    const { configSchema } = await this.actions();
    const schema = configSchema();
    return { data: schema, text: () => JSON.stringify(schema, null, 2) };
  }
}
