import type { Difference, ReleasesDiff } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { harmless } from '../text.js';

/** Differences of two releases, a place after the other: what was, and what is. */
export function diffText({ from, to, differences }: ReleasesDiff, { paint }: Look): string {
  const head = `${paint.bold(`${from.id} (${from.version}) -> ${to.id} (${to.version})`)}\n`;
  if (differences.length === 0) return `${head}both say the same\n`;
  return head + differences.map((difference) => place(difference, paint)).join('');
}

function place({ path, before, after }: Difference, paint: Look['paint']): string {
  return [`${path}\n`, ...(before === undefined ? [] : [paint.red(`  - ${harmless(before)}`), '\n']), ...(after === undefined ? [] : [paint.green(`  + ${harmless(after)}`), '\n'])].join('');
}
