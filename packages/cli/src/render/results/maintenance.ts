import type { MaintenanceResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { moment } from '../text.js';

/** What the proxy answers from now on, and how to take it back. */
export function maintenanceText(result: MaintenanceResult, { paint }: Look): string {
  const { environment, outcome, state, since, by, retryAfterS, services } = result;
  const would = outcome === 'planned' ? 'would be ' : '';
  if (state === 'off') return `${would}${paint.green('open')}: requests of ${environment} ${would === '' ? 'are' : 'would be'} led to ${services.join(', ')}${outcome === 'unchanged' ? '; it was so already' : ''}\n`;
  return [
    `${would}${paint.yellow('under maintenance')}: every request of ${environment} (${services.join(', ')}) is answered with 503, Retry-After ${retryAfterS ?? 0} s\n`,
    ...(outcome === 'planned' || since === undefined ? [] : [`  since ${moment(since)} UTC by ${by ?? ''}; it stands over deploys and reboots\n`, `    Run: stagecraft maintenance off --env ${environment}\n`]),
  ].join('');
}
