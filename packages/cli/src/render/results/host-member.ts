import type { HostAdopted, HostForgotten } from '@stagecraft/core';
import type { Look } from '../../base/session.js';

/** What became of a host that never comes back, and of what was open. */
export function forgottenText({ outcome, host, environment, operation }: HostForgotten, { paint }: Pick<Look, 'paint'>): string {
  if (outcome === 'unchanged') return `${host} was forgotten before; nothing is open for it\n`;
  const closes = operation && `${operation.kind} of ${operation.version} (${operation.release})`;
  if (outcome === 'planned') return `${host} would be forgotten${closes === undefined ? '' : `, and the open ${closes} closed without it`}\n`;
  return [`${paint.bold(host)} is forgotten: ${environment} goes on without it\n`, ...(closes === undefined ? [] : [`${closes} is closed without it: ${operation?.outcome ?? ''}\n`]), `Should it come back: stagecraft hosts adopt ${host}\n`].join('');
}

const reasons = { forgotten: 'it was forgotten', replaced: 'it is another machine than before', rewound: 'it was set back' } as const;

export function adoptedText({ outcome, host, was, copied = 0, aside }: HostAdopted, { paint }: Pick<Look, 'paint'>): string {
  if (was === undefined) return `${host} is what the others remember: there is nothing to adopt\n`;
  if (outcome === 'planned') return `${host} would be adopted: ${reasons[was]}\n`;
  return [
    `${paint.bold(host)} is adopted (${reasons[was]}): ${copied} ${copied === 1 ? 'release' : 'releases'} copied to it\n`,
    ...(aside === undefined ? [] : [`Its own history lies in ${aside} on the host\n`]),
    'The next deploy brings it to what serves: stagecraft deploy\n',
  ].join('');
}
