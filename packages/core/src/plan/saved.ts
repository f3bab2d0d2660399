import { canonicalJson } from '../compose/canonical-json.js';
import { showValue } from '../config/validate.js';
import { fail } from '../errors/index.js';
import { list } from '../rollout/reconcile.js';
import { digestOf } from './inputs.js';
import { plainPlan } from './render-json.js';
import { phaseNames, type DraftPlan, type Plan, type PlanInputs, type SealedPlan, type Step } from './types.js';

const kind = 'stagecraft plan';

/** The text of a plan file: the plan, and a digest of it by which a damaged or edited file is known. */
export function savePlan(plan: Plan): string {
  const plain = plainPlan(plan);
  return `${JSON.stringify({ kind, format: 1, sha256: digestOf(plain), plan: plain }, null, 2)}\n`;
}

/**
 * Reads a plan file.
 * @param path as the user named it, for messages
 * @throws StagecraftError `user`: SC2050 no plan file, SC2051 another format, SC2052 damaged or edited.
 */
export function readSavedPlan(text: string, path: string): Plan {
  const file = parsed(text, path);
  const location = { file: path, line: 1, column: 1 };
  if (file['format'] !== 1)
    throw fail({ code: 'SC2051', kind: 'user', message: `${path} has the format ${showValue(file['format'])} of plan files; this version reads format 1.`, next: [`Save it again with this version: stagecraft plan --out ${path}`], location });
  const plan = file['plan'];
  if (!isPlan(plan) || digestOf(plan) !== file['sha256'])
    throw fail({ code: 'SC2052', kind: 'user', message: `${path} is damaged, or was edited after it was saved: its content does not match its digest.`, next: [`stagecraft plan --out ${path}`], location });
  return plan;
}

/**
 * Compares a saved plan with one that is made now. Freshness is of what was planned from: the files, the serving releases, the providers.
 * @throws StagecraftError SC2060 `user` when it is stale, saying what differs.
 */
export function checkFresh(saved: Plan, now: DraftPlan): void {
  const reasons = differencesOf(saved, now);
  if (reasons.length === 0) return;
  throw fail({
    code: 'SC2060',
    kind: 'user',
    message: `The saved plan is stale: ${reasons.join('; ')}.`,
    next: ['stagecraft plan --refresh --out plan.json', 'or deploy without it: stagecraft deploy'],
  });
}

/** Steps of the sealed plan that the saved one does not have. Fewer are well: what a build or the hosts told. */
export function addedSteps(saved: Plan, sealed: SealedPlan): readonly Step[] {
  const known = new Set(saved.steps.map((step) => step.id));
  return sealed.steps.filter((step) => !known.has(step.id));
}

function differencesOf(saved: Plan, now: DraftPlan): readonly string[] {
  const about = (what: string, a: string, b: string): string[] => (a === b ? [] : [`it is for the ${what} ${a}, not ${b}`]);
  const scope = [...about('project', saved.project, now.project), ...about('environment', saved.environment, now.environment), ...(saved.kind === now.kind ? [] : [`it is of a ${saved.kind}, not of a ${now.kind}`])];
  const versions = saved.version !== now.version && saved.version !== 'unknown' && now.version !== 'unknown' ? [`its version is ${saved.version}, not ${now.version}`] : [];
  const choices = canonicalJson(choicesOf(saved)) === canonicalJson(choicesOf(now)) ? [] : ['it was made with other choices of services, roles, hosts or phases'];
  if (!saved.inputs || !now.inputs) return [...scope, ...versions, ...choices, ...(saved.digest === now.digest ? [] : ['its inputs changed'])];
  const parts = [...scope, ...versions, ...choices, ...inputDifferences(saved.inputs, now.inputs)];
  return parts.length > 0 || saved.digest === now.digest ? parts : ['its inputs changed'];
}

function inputDifferences(a: PlanInputs, b: PlanInputs): readonly string[] {
  const changed = changedKeys(a.services, b.services);
  const values = Object.keys(a.values).filter((name) => b.values[name] !== undefined && a.values[name] !== b.values[name]);
  const hosts = changedKeys(a.serving, b.serving);
  return [
    ...(changed.length > 0 ? [`${list(changed)} ${changed.length === 1 ? 'has' : 'have'} changed in the project's files`] : []),
    ...(values.length > 0 ? [`values of variables of ${list(values)} have changed`] : []),
    ...(a.routes === b.routes ? [] : ['the routes have changed']),
    ...(a.rest === b.rest ? [] : ['networks, volumes, proxy, hosts or rollout settings have changed']),
    ...hosts.map((host) => `on ${host} ${named(b.serving[host])} serves now, and ${named(a.serving[host])} did then`),
    ...providerDifferences(a.providers, b.providers),
  ];
}

function providerDifferences(a: readonly string[], b: readonly string[]): readonly string[] {
  const [before, after] = [a.filter((name) => !b.includes(name)), b.filter((name) => !a.includes(name))];
  return before.length + after.length === 0 ? [] : [`it was made with ${list(before) || 'no such provider'}, and now there is ${list(after) || 'none'}`];
}

function named(release: string | undefined): string {
  return release === undefined || release === '' ? 'no release' : release;
}

function changedKeys(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]).sort();
}

function choicesOf({ filter, replace, acceptEmptyVolume }: Plan): unknown {
  return { filter: filter ?? {}, replace: replace ?? [], acceptEmptyVolume: acceptEmptyVolume ?? [] };
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  const noPlan = (why: string): Error => fail({ code: 'SC2050', kind: 'user', message: `${path} is no saved plan: ${why}.`, next: [`stagecraft plan --out ${path}`], location: { file: path, line: 1, column: 1 } });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw noPlan(text.trim() === '' ? 'it is empty' : 'it is not JSON');
  }
  if (!isRecord(value) || value['kind'] !== kind) throw noPlan(isRecord(value) && value['state'] !== undefined && value['steps'] !== undefined ? 'it is the output of --format json, which is for readers' : `it does not say "kind": "${kind}"`);
  return value;
}

function isPlan(value: unknown): value is Plan {
  if (!isRecord(value) || value['format'] !== 1) return false;
  const texts = ['kind', 'project', 'environment', 'version', 'basis', 'digest'].every((name) => typeof value[name] === 'string');
  const lists = ['hosts', 'services', 'findings'].every((name) => Array.isArray(value[name]));
  const steps = value['steps'];
  return texts && lists && Array.isArray(steps) && steps.every((step: unknown) => isRecord(step) && typeof step['id'] === 'string' && phaseNames.includes(step['phase'] as never) && isRecord(step['action']));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
