import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { list } from '../rollout/reconcile.js';
import { count, phraseOf } from './phrases.js';
import { phaseNames, type Change, type Plan, type ServicePlan, type Step } from './types.js';

/** The plan for people: what happens to each service and what it costs, every step with its reason, what was noticed, and the sum. No colours. */
export function renderPlanText(plan: Plan): string {
  const parts = [header(plan), services(plan), steps(plan), findings(plan.findings), `${summaryOf(plan)}\n`];
  return parts.filter((part) => part !== '').join('\n');
}

function header(plan: Plan): string {
  const of = `${plan.project} (${plan.environment})`;
  const what = {
    deploy: `Deploy of ${of}, version ${plan.version}`,
    rollback: `Rollback of ${of} to ${plan.target ?? ''}, version ${plan.version}`,
    scale: `Scaling of ${of}, version ${plan.version}`,
  }[plan.kind];
  const basis = {
    live: `compared with the running ${plan.hosts.length === 1 ? 'host' : 'hosts'} ${list(plan.hosts)}`,
    record: 'compared with the last recorded release; no host was asked',
    none: 'no release is known and no host was asked: planned as the first',
  }[plan.basis];
  return [what, `  ${basis}`, ...(plan.serving === undefined ? [] : [`  serving: ${plan.serving}`]), ...(plan.filter === undefined ? [] : [`  only: ${Object.entries(plan.filter).map(([name, values]: [string, readonly string[]]) => `${name} ${values.join(', ')}`).join('; ')}`]), ''].join('\n');
}

interface Row {
  readonly name: string;
  readonly change: string;
  readonly strategy: string;
  readonly promise: string;
  readonly why: string;
  readonly notes: readonly string[];
}

function services(plan: Plan): string {
  const shown = plan.services.filter((service) => service.why !== notSelected);
  if (shown.length === 0) return '';
  const rows = shown.map((service): Row => ({ ...cells(service), notes: notes(service) }));
  const head: Row = { name: 'Service', change: 'Change', strategy: 'Strategy', promise: 'Requests', why: 'Why', notes: [] };
  const width = (key: 'name' | 'change' | 'strategy' | 'promise'): number => Math.max(...[head, ...rows].map((row) => row[key].length));
  const [name, change, strategy, promise] = [width('name'), width('change'), width('strategy'), width('promise')];
  const lead = (row: Row): string => `  ${row.name.padEnd(name)}  ${row.change.padEnd(change)}  ${row.strategy.padEnd(strategy)}  ${row.promise.padEnd(promise)}  `;
  const indent = ' '.repeat(lead(head).length);
  return [...[head, ...rows].map((row) => [`${lead(row)}${row.why}`, ...row.notes.map((note) => `${indent}${note}`)].join('\n')), ''].join('\n');
}

function cells({ service, change, differs, why, verdict }: ServicePlan): Omit<Row, 'notes'> {
  return {
    name: service,
    change: change === 'none' ? (differs.includes('routes') ? 'routes' : '-') : change === 'unknown' ? 'if changed' : change,
    strategy: verdict.strategy === 'none' ? '-' : verdict.strategy,
    promise: verdict.strategy !== 'none' && takesAway(change, verdict.promise) ? verdict.promise : '-',
    why,
  };
}

/** Something that serves ends, so that there is a promise to keep. */
function takesAway(change: Change, promise: ServicePlan['verdict']['promise']): boolean {
  return change === 'replace' || change === 'unknown' || (change === 'scale' && promise === 'interrupted');
}

/** Why it is replaced as it is, at the lines that say so; for a new one only what later releases will cost. */
function notes({ kind, change, verdict }: ServicePlan): readonly string[] {
  const told = verdict.strategy !== 'none' && (takesAway(change, verdict.promise) || (change === 'create' && kind === 'service' && verdict.strategy === 'recreate'));
  return told ? verdict.reasons.map((reason) => `${reason.location ? `${place(reason.location)} ` : ''}${reason.text}`) : [];
}

function steps(plan: Plan): string {
  if (plan.steps.length === 0) return '';
  const number = new Map(plan.steps.map((step, index) => [step.id, index + 1]));
  const needs = new Map(plan.steps.map((step) => [step, step.dependsOn.map((id) => number.get(id) ?? 0).sort((a, b) => a - b)]));
  const lefts = new Map(plan.steps.map((step) => [step, (needs.get(step) ?? []).length === 0 ? '' : `[${(needs.get(step) ?? []).join(',')}] ->`]));
  const left = Math.max(...[...lefts.values()].map((text) => text.length));
  const digits = String(plan.steps.length).length + 1;
  const ids = Math.max(...plan.steps.map((step) => step.id.length));
  const line = (step: Step): string => `    ${(lefts.get(step) ?? '').padStart(left)} ${`#${number.get(step.id) ?? 0}`.padEnd(digits)} ${step.id.padEnd(ids)}  ${phraseOf(step)} (${step.why})`;
  return phaseNames
    .map((phase) => plan.steps.filter((step) => step.phase === phase))
    .filter((group) => group.length > 0)
    .map((group) => [`  ${group[0]?.phase ?? ''}`, ...group.map(line), ''].join('\n'))
    .join('\n');
}

function findings(found: readonly Finding[]): string {
  if (found.length === 0) return '';
  return [
    ...found.flatMap((finding) => [`  ${finding.severity} ${finding.code}${finding.location ? ` ${place(finding.location)}:${finding.location.column}` : ''} ${harmless(finding.message)}`, ...(finding.next ?? []).map((next) => `    ${next}`)]),
    '',
  ].join('\n');
}

const notSelected = 'not selected';

const words: readonly (readonly [Change, string])[] = [
  ['create', 'to create'],
  ['replace', 'to replace'],
  ['scale', 'to scale'],
  ['resume', 'to start again'],
  ['run', 'to run'],
  ['remove', 'to remove'],
  ['unknown', 'that may change'],
  ['held', 'held'],
  ['none', 'unchanged'],
];

/** The sum in one line: `Plan: 1 to replace, 4 unchanged; no request will be lost.` */
export function summaryOf(plan: Plan): string {
  const errors = plan.findings.filter((finding) => finding.severity === 'error').length;
  const chosen = plan.services.filter((service) => service.why !== notSelected);
  const rerouted = chosen.filter((service) => service.change === 'none' && service.differs.includes('routes')).length;
  const numbers = words.map(([change, text]): [number, string] => [chosen.filter((service) => service.change === change).length - (change === 'none' ? rerouted : 0), text]);
  const all: readonly [number, string][] = [...numbers.slice(0, -1), [rerouted, 'to reroute'], ...numbers.slice(-1), [plan.services.length - chosen.length, notSelected]];
  const sum = all.flatMap(([number, text]) => (number === 0 ? [] : [`${number} ${text}`])).join(', ');
  if (errors > 0) return `Plan: ${sum === '' ? 'nothing' : sum}; ${count(errors, 'thing')} must be mended first.`;
  if (plan.steps.length === 0) return `Plan: nothing to do${sum === '' ? '' : `; ${sum}`}.`;
  const cost = costOf(plan);
  return `Plan: ${sum === '' ? 'routes and networks alone' : sum}${cost === '' ? '' : `; ${cost}`}.`;
}

/** What it costs in requests, where anything that serves is touched at all. */
function costOf({ services: all, steps: made }: Plan): string {
  const rerouted = all.some((service) => service.change === 'none' && service.differs.includes('routes'));
  const touched = all.filter((service) => takesAway(service.change, service.verdict.promise) && service.kind !== 'job');
  const interrupted = touched.filter((service) => service.verdict.promise === 'interrupted').map((service) => service.service);
  if (interrupted.length > 0) return `${list(interrupted)} will be interrupted`;
  const routes = new Set(made.flatMap((step) => step.touches));
  const routed = touched.filter((service) => routes.has(`route:${service.service}`));
  const unsure = routed.filter((service) => service.verdict.promise === 'best effort').map((service) => service.service);
  if (unsure.length > 0) return `requests to ${list(unsure)} are best effort`;
  return routed.length > 0 || rerouted ? 'no request will be lost' : '';
}

/** Names are the user's: control characters, and those that turn the writing direction, would garble a terminal. */
function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function place(location: Location): string {
  return `${location.file}:${location.line}`;
}
