import { Args, Flags } from '@oclif/core';
import type { Files, Workspace } from '@stagecraft/core';
import { StagecraftCommand } from '../base/command.js';
import { dryRunFlag } from '../base/flags.js';
import type { Outcome } from '../base/session.js';
import { initText } from '../render/results/init.js';

export default class Init extends StagecraftCommand<typeof Init> {
  static override summary = 'Write a stagecraft.yml for the project in this folder.';
  static override description = 'Looks at Compose files, Dockerfiles, package.json, migrations, ports and health checks, and proposes real values. A config that is there is checked, and never overwritten without --force.';
  static override examples = [
    { description: 'Look at the project and ask', command: '<%= config.bin %> init' },
    { description: 'Take what was found', command: '<%= config.bin %> init --non-interactive' },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override mutates = true;
  static override args = { name: Args.string({ description: 'Name of the project; default: as the folder is called.' }) };
  static override flags = {
    'non-interactive': Flags.boolean({ summary: 'Ask nothing; take what was found.' }),
    force: Flags.boolean({ summary: 'Overwrite a config that is there.' }),
    ...dryRunFlag,
  };

  protected async act(): Promise<Outcome> {
    const ws = await this.workspace({ here: true });
    const { init } = await this.actions();
    const interactive = !this.flags['non-interactive'] && !this.flags.yes;
    const dryRun = this.flags['dry-run'];
    const { name } = this.args;
    const result = await init(dryRun ? readOnly(ws) : ws, { interactive, force: this.flags.force, ...(name === undefined ? {} : { name }) });
    return { data: result, text: (look) => initText(result, look, dryRun) };
  }
}

/** The same world, in which nothing is written. */
function readOnly(ws: Workspace): Workspace {
  const files: Files = {
    read: (path, limit) => ws.files.read(path, limit),
    readBytes: (path, limit) => ws.files.readBytes(path, limit),
    list: (path) => ws.files.list(path),
    stat: (path) => ws.files.stat(path),
    write: () => Promise.resolve(),
  };
  return { ...ws, files };
}
