import type { InitResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { nextText } from '../findings.js';

/** What was found in the project, and what was written because of it. */
export function initText(result: InitResult, { paint }: Look, dryRun: boolean): string {
  const verb = dryRun ? 'would write' : 'wrote';
  return [
    ...result.found.map((line) => `  ${line}\n`),
    ...(result.outcome === 'exists' ? [`${paint.green('valid')}: the config is there already\n`] : result.files.map((file) => `${paint.green(verb)}  ${file}\n`)),
    ...(dryRun && result.outcome === 'written' ? [`\n${result.text}`] : []),
    nextText(result.next),
  ].join('');
}
