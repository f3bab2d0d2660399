import { Flags } from '@oclif/core';
import { StagecraftCommand } from '../base/command.js';
import { dryRunFlag, pullFlag, servicesFlag, versionFlag } from '../base/flags.js';
import type { Outcome } from '../base/session.js';
import { buildText } from '../render/results/build.js';

export default class Build extends StagecraftCommand<typeof Build> {
  static override summary = 'Build the images of an environment.';
  static override examples = [
    { description: 'Build what a deploy of v2 would run', command: '<%= config.bin %> build --version v2' },
    { description: 'In CI: build and push what a deploy elsewhere takes', command: '<%= config.bin %> build --version v2 --push' },
    { description: 'One service, from scratch', command: '<%= config.bin %> build --services api --no-cache' },
  ];
  static override exitCodes = [0, 1, 2, 3, 130, 143] as const;
  static override mutates = true;
  static override flags = {
    ...versionFlag,
    ...servicesFlag,
    ...pullFlag,
    'no-cache': Flags.boolean({ summary: 'Build every layer anew.' }),
    push: Flags.boolean({ summary: 'Push them to `project.registry`.' }),
    ...dryRunFlag,
  };

  protected async act(): Promise<Outcome> {
    const { version, services, pull, push } = this.flags;
    const ws = await this.workspace();
    const { build } = await this.actions();
    const result = await build(ws, { ...(version === undefined ? {} : { version }), services: services ?? [], dryRun: this.flags['dry-run'], pull, push, noCache: this.flags['no-cache'] });
    return { data: result, text: (look) => buildText(result, look) };
  }
}
