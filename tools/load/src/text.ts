import type { LoadReport } from './types.js';

/** A report for people, a line each. */
export function reportLines(report: LoadReport): string[] {
  const { fresh, 'keep-alive': kept, slow } = report.byFlow;
  const of = (name: string, flow: { readonly sent: number; readonly lost: number }): string[] => (flow.sent === 0 ? [] : [`${flow.sent} ${name}${flow.lost > 0 ? ` (${flow.lost} lost)` : ''}`]);
  const first = report.losses[0];
  const last = report.losses.at(-1);
  return [
    `lost ${report.lost} of ${report.sent} requests in ${report.seconds} s: ${[...of('on new connections', fresh), ...of('on kept ones', kept), ...of('slow', slow)].join(', ')}`,
    ...(report.lost === 0 || !first || !last ? [] : [`lost: ${counts(report.lostByKind)}; from ${seconds(first.atMs)} to ${seconds(last.atMs)}, longest outage ${report.longestOutageMs} ms`]),
    `answered by: ${counts(report.versions) || 'no version'}`,
    `latency: p50 ${report.p50Ms} ms, p99 ${report.p99Ms} ms${report.worstLagMs > 200 ? ` (the load itself was up to ${report.worstLagMs} ms late: a busy machine)` : ''}`,
  ];
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of).map(([name, count]) => `${count} x ${name}`).join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
