import { Flags } from '@oclif/core';
import type { PhaseName, Plan as PlanData } from '@stagecraft/core';
import { fail, phaseNames } from '@stagecraft/core/host';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StagecraftCommand } from '../base/command.js';
import { pullFlag, replaceFlag, servicesFlag, versionFlag } from '../base/flags.js';
import type { Outcome } from '../base/session.js';

export default class Plan extends StagecraftCommand<typeof Plan> {
  static override summary = 'Show what deploy would do, and which requests it would cost.';
  static override description = 'Reads the project and the last known state; nothing is asked of an engine or a network, and nothing is written, unless a flag says so.';
  static override examples = [
    { description: 'What a deploy would change', command: '<%= config.bin %> plan --env prod' },
    { description: 'Ask the engine first, and tell changes by exit code 20', command: '<%= config.bin %> plan --refresh --detailed-exitcode' },
    { description: 'Keep the plan, deploy exactly it later', command: '<%= config.bin %> plan --out plan.json && <%= config.bin %> deploy --plan plan.json' },
  ];
  static override exitCodes = [0, 1, 2, 3, 20, 130, 143] as const;
  static override flags = {
    ...versionFlag,
    ...servicesFlag,
    ...pullFlag,
    ...replaceFlag,
    roles: Flags.string({ multiple: true, delimiter: ',', helpValue: 'NAME', summary: 'Only services with these roles.' }),
    hosts: Flags.string({ multiple: true, delimiter: ',', helpValue: 'NAME', summary: 'Only these hosts.' }),
    phases: Flags.string({ multiple: true, delimiter: ',', options: [...phaseNames], helpValue: 'NAME', summary: `Only these phases: ${phaseNames.join(', ')}.` }),
    refresh: Flags.boolean({ summary: 'Compare with what the engine runs now, not with the last record.' }),
    format: Flags.string({ options: ['text', 'json', 'mermaid'], default: 'text', summary: 'Form of the plan; --json means json.' }),
    out: Flags.string({ helpValue: 'FILE', summary: 'Also save the plan there, for deploy --plan.' }),
    'detailed-exitcode': Flags.boolean({ summary: 'Exit with 20 when there are changes.' }),
  };

  protected async act(): Promise<Outcome> {
    const { version, services, roles, hosts, phases, refresh, pull, replace, format, out } = this.flags;
    const ws = await this.workspace();
    const { planAction, renderPlanText, renderPlanJson, renderPlanMermaid, savePlan } = await this.actions();
    const filter = { ...(services && { services }), ...(roles && { roles }), ...(hosts && { hosts }), ...(phases && { phases: phases as PhaseName[] }) };
    const plan = await planAction(ws, { ...(version === undefined ? {} : { version }), refresh, filter, pull, ...(replace === undefined ? {} : { replace }) });
    const json = renderPlanJson(plan);
    if (out !== undefined) await this.save(out, savePlan(plan));
    return {
      data: plan,
      json,
      text: () => (format === 'json' ? json : format === 'mermaid' ? renderPlanMermaid(plan) : renderPlanText(plan)),
      exitCode: isRefused(plan) ? 1 : this.flags['detailed-exitcode'] && hasChanges(plan) ? 20 : 0,
    };
  }

  private async save(path: string, text: string): Promise<void> {
    try {
      await writeFile(resolve(this.world.cwd, path), text);
    } catch (cause) {
      throw fail({ code: 'SC5417', kind: 'user', message: `the plan cannot be saved as ${path}: ${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}`, next: ['name a file in a folder that is there, and that you may write'], cause });
    }
  }
}

/** `deploy` would refuse it, so a check before it must not pass. */
function isRefused(plan: PlanData): boolean {
  return plan.findings.some(({ severity }) => severity === 'error');
}

function hasChanges(plan: PlanData): boolean {
  return plan.steps.length > 0;
}
