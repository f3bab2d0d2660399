import { Flags } from '@oclif/core';
import { fail } from '@stagecraft/core/host';
import { pullFlag, replaceFlag, servicesFlag, versionFlag } from '../base/flags.js';
import { LockingCommand, lockingFlags, lockingOf } from '../base/locking-command.js';
import type { Outcome } from '../base/session.js';

// A plan of a thousand services has a tenth of it.
const largestPlan = 16 * 1024 * 1024;

export default class Deploy extends LockingCommand<typeof Deploy> {
  static override summary = 'Bring an environment to what the project declares.';
  static override description =
    'Builds, rolls out service by service, and moves the routes when the new containers are healthy. If one does not become healthy, every touched host goes back to the prior release. What did not change is left alone.';
  static override examples = [
    { description: 'Deploy this version', command: '<%= config.bin %> deploy --env prod --version v2' },
    { description: 'See what would happen', command: '<%= config.bin %> deploy --dry-run' },
    { description: 'Apply a change of the database service; asks for its name', command: '<%= config.bin %> deploy --replace db' },
    { description: 'Go on after an interruption', command: '<%= config.bin %> deploy --resume' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 5, 6, 130, 143] as const;
  static override flags = {
    ...versionFlag,
    ...servicesFlag,
    plan: Flags.string({ helpValue: 'FILE', exclusive: ['version', 'services', 'pull', 'replace', 'resume', 'abort'], summary: 'Deploy exactly this saved plan; a stale one is refused.' }),
    resume: Flags.boolean({ exclusive: ['abort', 'version', 'services', 'dry-run'], summary: 'Go on with the open operation.' }),
    abort: Flags.boolean({ exclusive: ['version', 'services', 'dry-run'], summary: 'Return the open operation to the prior release.' }),
    ...pullFlag,
    'accept-empty-volume': Flags.string({ multiple: true, delimiter: ',', helpValue: 'SERVICE', summary: 'These data services may start without the volume that history knows.' }),
    ...replaceFlag,
    'confirm-replace': Flags.string({ multiple: true, delimiter: ',', helpValue: 'SERVICE', summary: 'Confirm --replace of these by name, where nobody can be asked; --yes does not.' }),
    ...lockingFlags,
  };

  protected async act(): Promise<Outcome> {
    const { version, services, plan, resume, abort, pull, replace } = this.flags;
    const confirmed = this.flags['confirm-replace'];
    const locking = lockingOf(this.flags);
    const saved = plan === undefined ? undefined : { path: plan, text: await this.savedPlan(plan) };
    const ws = await this.workspace();
    const { deploy } = await this.actions();
    const result = await deploy(ws, {
      ...(version === undefined ? {} : { version }),
      ...(saved === undefined ? {} : { saved }),
      filter: services === undefined ? {} : { services },
      resume,
      abort,
      pull,
      acceptEmptyVolume: this.flags['accept-empty-volume'] ?? [],
      ...(replace === undefined ? {} : { replace }),
      ...(confirmed === undefined ? {} : { confirmed }),
      ...locking,
    });
    return this.rolledOut(result);
  }

  private async savedPlan(path: string): Promise<string> {
    const { createFiles } = await this.actions();
    const text = await createFiles(this.world.cwd).read(path, largestPlan);
    if (text === undefined) throw fail({ code: 'SC5415', kind: 'user', message: `there is no saved plan ${path}`, next: [`stagecraft plan --out ${path}`] });
    return text;
  }
}
