import type { DeployResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { moment } from '../text.js';

/** What a deploy or rollback came to: the release, what changed, where it is reached. */
export function deployText(result: DeployResult, { paint }: Look): string {
  const { outcome, release, plan, urls } = result;
  const environment = release?.environment ?? plan?.environment ?? 'the environment';
  if (outcome === 'nothing to do') return `${paint.green('nothing to do')}: ${environment} already runs what is declared${release === undefined ? '' : ` (${release.id})`}\n`;
  const lines: string[] = [];
  const sign = outcome === 'completed' ? paint.green(outcome) : paint.red(outcome);
  const name = release === undefined ? environment : `${release.id}  ${release.version}  ${environment}`;
  lines.push(`${sign}  ${paint.bold(name)}${release?.finishedAt === undefined ? '' : paint.dim(`  ${moment(release.finishedAt)}`)}`);
  // After a return nothing has changed.
  const changes = outcome === 'returned' ? [] : Object.entries(release?.changes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const wide = Math.max(0, ...changes.map(([service]) => service.length));
  for (const [service, change] of changes) lines.push(`  ${service.padEnd(wide)}  ${change === 'unchanged' ? paint.dim(change) : change}`);
  if (release?.failure !== undefined) lines.push(`  failed in ${release.failure.phase}${release.failure.step === undefined ? '' : ` at ${release.failure.step}`}: ${release.failure.message}`);
  if (outcome === 'returned') lines.push('  every touched host is back on the prior release');
  if (plan?.findings.some(({ code }) => code === 'SC4224')) lines.push(`  ${paint.yellow('under maintenance')}: nobody gets to it before \`stagecraft maintenance off --env ${environment}\``);
  if (result.witness) lines.push(`  ${witnessText(result.witness)}`);
  for (const url of urls) lines.push(`  ${paint.cyan(url)}`);
  lines.push(...nextOf(result).map((line) => `  Run: ${line}`));
  return lines.map((line) => `${line}\n`).join('');
}

function witnessText({ url, sent, lost }: NonNullable<DeployResult['witness']>): string {
  return sent === 0 ? `witness: ${url} never answered` : `witness: ${lost} of ${sent} requests to ${url} were lost`;
}

function nextOf({ outcome, release }: DeployResult): string[] {
  if (release === undefined) return [];
  const env = `--env ${release.environment}`;
  if (outcome === 'mixed') return [`stagecraft deploy --resume ${env}`, `stagecraft deploy --abort ${env}`];
  return outcome === 'returned' || outcome === 'failed' ? [`stagecraft releases show ${release.id} ${env}`] : [];
}
