import type { HostSetUp, HostsSetupResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';

/** A line a host; below it what is changed, or why nothing can be. */
export function hostsSetupText({ hosts }: HostsSetupResult, { paint }: Look): string {
  const width = Math.max(...hosts.map(({ host }) => host.length));
  return hosts
    .map((one) => [`${paint.bold(one.host.padEnd(width))}  ${outcomeOf(one)}\n`, ...(one.outcome === 'planned' ? one.changes.map(({ text, why }) => `  ${text} (${why})\n`) : []), ...(one.warnings ?? []).map((text) => `  ${paint.yellow('warning')}: ${text}\n`), ...(one.error?.next ?? []).map((line) => `  next: ${line}\n`)].join(''))
    .join('');
}

function outcomeOf({ outcome, changes, engine, compose, error }: HostSetUp): string {
  const versions = engine === undefined || compose === undefined ? '' : `: engine ${engine}, Compose ${compose}`;
  switch (outcome) {
    case 'nothing to do':
      return `nothing to do${versions}`;
    case 'planned':
      return `would change ${changes.length} ${changes.length === 1 ? 'thing' : 'things'}`;
    case 'ready':
      return `ready${versions}`;
    default:
      return `${outcome}: ${error?.message ?? ''}`;
  }
}

/** What its owner must change goes before what did not answer. */
export function hostsSetupCode({ hosts }: HostsSetupResult): number {
  return hosts.some(({ outcome }) => outcome === 'refused') ? 1 : hosts.some(({ outcome }) => outcome === 'failed') ? 2 : 0;
}
