import type { ConfigShown } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';
import { place } from '../findings.js';

type Value = ConfigShown['values'][number];

/** Every value with the place that it came from. */
export function configText(shown: ConfigShown, { width, paint }: Look): string {
  return table(
    shown.values,
    [
      { title: 'PATH', value: (row) => row.path },
      { title: 'VALUE', value: (row) => (typeof row.value === 'string' ? row.value : JSON.stringify(row.value)), least: 16 },
      { title: 'FROM', value: originOf },
    ],
    { width, paint },
  );
}

function originOf({ origin }: Value): string {
  switch (origin.kind) {
    case 'file':
      return place(origin.location);
    case 'flag':
      return `--${origin.name}`;
    case 'variable':
      return `$${origin.name}`;
    default:
      return 'default';
  }
}
