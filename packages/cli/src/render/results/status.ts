import type { HostStatus, ServiceStatus, StatusResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';
import { duration, moment, shortImage } from '../text.js';

/** An environment as it is: release, lock, hosts with their services, differences from the release. */
export function statusText(result: StatusResult, look: Look): string {
  const { paint } = look;
  const { release, lock, open } = result;
  const head = `${paint.bold(`${result.project} / ${result.environment}`)}  ${result.healthy ? paint.green('healthy') : paint.red('unhealthy')}`;
  const serving = release === undefined ? '  no release yet' : `  release ${release.id}  ${release.version}  since ${moment(release.finishedAt ?? release.startedAt)} UTC by ${release.operator}`;
  return [
    `${head}\n`,
    `${serving}\n`,
    ...(lock === undefined ? [] : [`  locked by ${lock.owner.user} on ${lock.owner.machine} since ${moment(lock.since)} UTC: ${lock.owner.command} (${lock.phase})\n`]),
    ...(open === undefined ? [] : [`  ${paint.yellow('open')}: ${open.kind} of ${open.version} by ${open.by} since ${moment(open.since)} UTC\n`, `    Run: stagecraft deploy --resume --env ${result.environment}\n`, `    Run: stagecraft deploy --abort --env ${result.environment}\n`]),
    ...(result.maintenance === undefined ? [] : [`  ${paint.yellow('maintenance')} since ${moment(result.maintenance.since)} UTC by ${result.maintenance.by}: every request is answered with 503\n`]),
    ...result.urls.map((url) => `  ${paint.cyan(url)}\n`),
    ...result.hosts.map((host) => `\n${hostText(host, look)}`),
    ...(result.drift.length === 0 ? [] : [`\n${paint.yellow('drift')}\n`, ...result.drift.map((entry) => `  ${entry.service === '' ? entry.kind : entry.service}: ${entry.text}\n`)]),
  ].join('');
}

function hostText(host: HostStatus, { paint, width }: Look): string {
  if (host.forgotten) return `${paint.bold(host.name)}  ${paint.yellow('forgotten')} since ${moment(host.forgotten.since)} UTC by ${host.forgotten.by}${host.reachable ? '; it answers again' : ''}\n`;
  if (!host.reachable) return `${paint.bold(host.name)}  ${paint.red('not reachable')}${host.error === undefined ? '' : `  ${host.error}`}\n`;
  if (host.error !== undefined) return `${paint.bold(host.name)}  ${paint.red('damaged')}  ${host.error}\n`;
  const about = [host.engine === undefined ? '' : `engine ${host.engine}`, host.proxy === undefined ? '' : `${host.proxy.provider} ${host.proxy.running ? 'running' : paint.red('not running')}`];
  const rows = table(
    host.services,
    [
      { title: 'SERVICE', value: (row) => row.service },
      { title: 'KIND', value: (row) => row.kind },
      { title: 'HEALTH', value: (row) => row.health, paint: (text, row) => (isGood(row) ? paint.green(text) : row.health === 'starting' ? paint.yellow(text) : paint.red(text)) },
      { title: 'RUNNING', value: (row) => `${row.running}/${row.wanted}`, align: 'right' },
      { title: 'UP', value: (row) => (row.uptimeMs === undefined ? '' : duration(row.uptimeMs)), align: 'right' },
      { title: 'VERSION', value: (row) => row.version, least: 8 },
      { title: 'IMAGE', value: (row) => shortImage(row.image), least: 16 },
      { title: 'RELEASE', value: (row) => row.release, least: 8 },
    ],
    { width: width - 2, paint },
  );
  return `${[paint.bold(host.name), ...about].filter((part) => part !== '').join('  ')}\n${rows.replace(/^(?=.)/gm, '  ')}`;
}

function isGood(service: ServiceStatus): boolean {
  return ['healthy', 'running', 'done'].includes(service.health);
}
