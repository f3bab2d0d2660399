import type { ProxyStatus, ProxyUpgradeResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';
import { moment } from '../text.js';

/** What the host's proxy is, whom it serves, and whether an upgrade would change it. */
export function proxyText(status: ProxyStatus, { paint, width }: Look): string {
  const { host, provider, state, image, listen, startedAt, restarts, owners, due } = status;
  const rows = table(
    owners,
    [
      { title: 'PROJECT', value: (row) => row.project },
      { title: 'ENVIRONMENT', value: (row) => row.environment },
      { title: 'ROUTES', value: (row) => String(row.routes), align: 'right' },
      { title: 'TARGETS', value: (row) => String(row.targets), align: 'right' },
      { title: '', value: (row) => (row.maintenance ? 'maintenance' : '') },
    ],
    { width: width - 2, paint },
  );
  return [
    `${paint.bold(host)}  ${provider}  ${state === 'running' ? paint.green(state) : paint.red(state)}\n`,
    `  ${image}, port ${listen.http}${startedAt === undefined ? '' : `, since ${moment(startedAt)} UTC`}${restarts > 0 ? `, ${restarts} restarts` : ''}\n`,
    ...(owners.length === 0 ? [] : [rows.replace(/^(?=.)/gm, '  ')]),
    ...due.map((why) => `  ${paint.yellow('upgrade')}: ${why}\n`),
    ...(due.length === 0 ? [] : ['    Run: stagecraft proxy upgrade\n']),
  ].join('');
}

const kept = [
  'A second proxy takes new connections while the proxy is made anew; each answers for every route before it gets one. Connections that clients keep end with',
  'an answer that says so. Open requests have 20 s to end. Lost can be: a request over a connection that was not used for ten seconds, sent in the instant in which',
  'it is closed; a websocket that outlasts the 20 s; and, over IPv6 or where the host has no iptables, new connections for about a second.',
];

/** What an upgrade does, or did. */
export function upgradeText({ outcome, status, how }: ProxyUpgradeResult, look: Look): string {
  const { paint } = look;
  if (outcome === 'unchanged') return `unchanged: the proxy of ${status.host} is as configured\n`;
  if (outcome === 'planned') return `${proxyText(status, look)}\n${kept.join('\n')}\n`;
  const gap = how === 'none' ? `  ${paint.yellow('warning')}: this host has no iptables that could be used; new connections found nobody for a moment\n` : '';
  return `${paint.green('upgraded')}: ${status.provider} of ${status.host} runs ${status.image}; it serves ${status.owners.length} ${status.owners.length === 1 ? 'environment' : 'environments'}\n${gap}`;
}
