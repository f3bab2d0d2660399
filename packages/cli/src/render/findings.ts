import type { Finding, Location } from '@stagecraft/core';
import type { Paint } from './paint.js';
import { harmless } from './text.js';

/** `stagecraft.yml:12:5` */
export function place(location: Location | undefined): string {
  return location === undefined ? '' : `${location.file}:${location.line}:${location.column}`;
}

/** A finding as people read it: place, weight, message, and what to do. */
export function findingText(finding: Finding, paint: Paint): string {
  const weight = finding.severity === 'error' ? paint.red('error') : paint.yellow('warning');
  const where = place(finding.location) || finding.service;
  const head = [...(where === undefined || where === '' ? [] : [paint.bold(where)]), weight, finding.message.split('\n').map(harmless).join('\n')].join('  ');
  return `${head}\n${nextText(finding.next ?? [])}`;
}

/** What to do next, a line each; a command of ours says that it is one to run. */
export function nextText(next: readonly string[]): string {
  return next.map((line) => `    ${/^(stagecraft|docker|git|npm) /.test(line) ? `Run: ${line}` : line}\n`).join('');
}
