import type { HostPulled, StatePulled } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { lockText } from './lock.js';

/** A line a host, what was written, and what is unfinished. */
export function statePullText({ project, environment, cache, serving, hosts, lock, next }: StatePulled, look: Look): string {
  const { paint } = look;
  const { away: _, ...here } = lock;
  const width = Math.max(...hosts.map(({ name }) => name.length));
  return [
    `${paint.bold(`${project} / ${environment}`)}  ${serving === undefined ? 'no release yet' : `release ${serving.release}  ${serving.version}`}\n`,
    ...hosts.map((host) => `  ${host.name.padEnd(width)}  ${whatOf(host, look)}\n`),
    `${count(cache.releases, 'release')} written to ${cache.path}\n`,
    // Its own advice is for whoever looks at the lock alone.
    ...(here.lock === undefined && here.open === undefined ? [] : [lockText(here, look).replace(/^ {4}.*\n/gm, '')]),
    ...next.map((line) => `    Run: ${line}\n`),
  ].join('');
}

function whatOf({ state, releases, lacks, open, error }: HostPulled, { paint }: Look): string {
  const has = `${count(releases, 'release')}${open ? ', one operation open' : ''}`;
  switch (state) {
    case 'current':
      return has;
    case 'behind':
      return `${has}, ${paint.yellow('behind')}: lacks ${lacks.join(', ')}`;
    case 'new':
      return `${paint.yellow('new')}: nothing was deployed to it yet`;
    case 'forgotten':
      return `${paint.yellow('forgotten')}: it takes part in nothing`;
    case 'replaced':
      return `${has}, ${paint.red('replaced')}: it is another machine than before`;
    case 'rewound':
      return `${has}, ${paint.red('rewound')}: its journal was set back`;
    default:
      return `${paint.red(state)}: ${error ?? ''}`;
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** What is not whole is not told as if it were. */
export function statePullCode({ hosts }: StatePulled): number {
  return hosts.some(({ state }) => ['away', 'damaged', 'replaced', 'rewound'].includes(state)) ? 10 : 0;
}
