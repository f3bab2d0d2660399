import type { AdoptResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';

const later = {
  kept: 'goes on as it runs, until --replace names it',
  rolling: 'replaced, new before old',
  recreate: 'replaced, old before new: away in between',
  run: 'a job: run once a release',
  left: 'left alone: the release has it not',
} as const;

/** What is taken over: the line of the config, and what the next deploy makes of each container. */
export function adoptDiff({ config, services, composeProject, environment }: Omit<AdoptResult, 'outcome'>, { paint, width }: Look): string {
  const { change } = config;
  const lines = change === undefined ? [`${config.file} says compose_project: ${composeProject} already`] : [`${config.file}:${change.line}`, ...(change.before === undefined ? [] : [paint.red(`- ${change.before}`)]), paint.green(`+ ${change.after}`)];
  const rows = table(
    services,
    [
      { title: 'SERVICE', value: (row) => row.service },
      { title: 'CONTAINERS', value: (row) => row.containers.join(', '), least: 12 },
      { title: 'VOLUMES', value: (row) => row.volumes.join(', '), least: 8 },
      { title: 'AT THE NEXT DEPLOY', value: (row) => later[row.next], least: 20 },
    ],
    { width, paint },
  );
  return `${lines.join('\n')}\n\nThe stack ${composeProject} becomes ${environment}; nothing is moved, stopped or started now.\n\n${rows}`;
}

/** How it went. */
export function adoptText(result: AdoptResult, look: Look): string {
  const { outcome, composeProject, environment, findings } = result;
  if (outcome === 'planned') return adoptDiff(result, look);
  const errors = findings.filter((finding) => finding.severity === 'error');
  return [
    outcome === 'unchanged' ? `${composeProject} is ${environment} already: nothing to do\n` : `${look.paint.green('adopted')}: ${composeProject} is ${environment} from now on; every container runs as before\n`,
    ...(errors.length > 0 ? [`  ${errors.length} ${errors.length === 1 ? 'thing' : 'things'} must be mended before it can be deployed\n`] : []),
    `    Run: stagecraft plan --refresh --env ${environment}\n`,
  ].join('');
}
