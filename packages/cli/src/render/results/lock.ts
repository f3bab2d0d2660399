import type { LockStatus } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { moment } from '../text.js';
import { awayText } from './away.js';

/** Who acts now, and what is unfinished. */
export function lockText(status: LockStatus, { paint }: Look): string {
  const { lock, open, decision, away } = status;
  const silent = awayText(away, { paint });
  if (lock === undefined && open === undefined) return `free: nobody acts, nothing is unfinished${away === undefined ? '' : ', by the hosts that answer'}\n${silent}`;
  const lines: string[] = [];
  if (lock === undefined) lines.push('free: nobody acts');
  else {
    lines.push(`${paint.yellow('locked')} by ${lock.owner.user} on ${lock.owner.machine}${lock.owner.ci === undefined ? '' : ` (${lock.owner.ci})`} since ${moment(lock.since)} UTC`);
    lines.push(`  ${lock.owner.command}`, `  operation ${lock.operation}, phase ${lock.phase}, session ${lock.session}`);
    if (lock.left) lines.push('  its holder left while a step may still have run');
    if (status.holderDead === true) lines.push('  its holder has ended');
  }
  if (status.stepRunning) lines.push('  a step runs now');
  if (open !== undefined) {
    lines.push(`${paint.yellow('open')}: ${open.kind} of ${open.version} (${open.release}) by ${open.by} since ${moment(open.since)} UTC on ${open.hosts.join(', ')}${decision === undefined ? '' : `, decided: ${decision}`}`);
    if (lock !== undefined && status.holderDead !== true) lines.push(`    Where its holder is surely gone, first: stagecraft lock take --id ${lock.session}`);
    lines.push('    Run: stagecraft deploy --resume', '    Run: stagecraft deploy --abort');
  }
  return lines.map((line) => `${line}\n`).join('') + silent;
}
