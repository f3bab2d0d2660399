import type { HostAway } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { harmless } from '../text.js';

/** A line for each host that did not answer; nothing where all did. */
export function awayText(away: readonly HostAway[] | undefined, { paint }: Pick<Look, 'paint'>): string {
  return (away ?? []).map(({ name, error }) => `${paint.red('away')}: ${name} did not answer: ${harmless(error)}\n`).join('');
}
