import { StagecraftCommand } from '../base/command.js';
import { pluginsOf } from '../base/plugins.js';
import type { Outcome } from '../base/session.js';

export default class Version extends StagecraftCommand<typeof Version> {
  static override summary = 'Show the versions of stagecraft, its plugins and Node.';
  static override examples = [{ description: 'For a bug report', command: '<%= config.bin %> version --json' }];
  static override exitCodes = [0, 1, 3] as const;

  protected act(): Promise<Outcome> {
    const plugins = pluginsOf(this.config, { fromSources: false }).map(({ name, version, bundled }) => ({ name, version, bundled }));
    const data = { stagecraft: this.config.version, node: process.version, platform: `${process.platform}-${process.arch}`, plugins };
    const text = [`stagecraft ${data.stagecraft}`, `node ${data.node} ${data.platform}`, ...plugins.map((plugin) => `${plugin.name} ${plugin.version}${plugin.bundled ? '' : ' (installed)'}`)];
    return Promise.resolve({ data, text: () => text.join('\n') });
  }
}
