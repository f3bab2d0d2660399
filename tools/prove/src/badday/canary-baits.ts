import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../point.js';
import type { Stage } from '../stage.js';
import { canary, type Canary } from './canary-forms.js';
import { hits, watchProcesses, type Sink } from './canary-sinks.js';

/** In which a leak may be: the forms that a scan has to know. */
export const forms = ['raw', 'JSON', 'URL', 'base64', 'hex', 'split over chunks'] as const;
export type Form = (typeof forms)[number];

/**
 * Values that look like the secrets and that nobody named as one, each told in one form alone. The product shows them as it shows anything, so they get to
 * wherever a leaked secret would: a scan that does not find them there is blind.
 */
export type Baits = Readonly<Record<Form, { readonly canary: Canary; readonly told: readonly string[] }>>;

export function baitsOf(): Baits {
  const made = forms.map((form) => {
    const one = canary(`bait (${form})`);
    return [form, { canary: one, told: toldAs[form](one.value) }] as const;
  });
  return Object.fromEntries(made) as Baits;
}

const toldAs: Readonly<Record<Form, (value: string) => readonly string[]>> = {
  raw: (value) => [value],
  JSON: (value) => [JSON.stringify({ value })],
  URL: (value) => [`https://host/?q=${encodeURIComponent(value)}`],
  base64: (value) => [Buffer.from(`x${value}y`).toString('base64')],
  hex: (value) => [Buffer.from(value).toString('hex')],
  // Both of its random halves are torn: only together the pieces give it away.
  'split over chunks': (value) => [value.slice(0, 13), value.slice(13, 35), value.slice(35)],
};

/** A YAML map of labels that tell all baits that stand in one text. */
export function labelsOf(baits: Baits): string {
  return `{ ${whole.map((form) => `"leak.${form.toLowerCase()}": ${JSON.stringify(baits[form].told[0])}`).join(', ')} }`;
}

const whole = forms.filter((form) => form !== 'split over chunks');

/** Puts the baits where the run of a project does not bring them: into a journal, a saved plan, and the arguments of a process. @returns what is seen of the last. */
export async function plant(here: Stage, project: string, baits: Baits): Promise<readonly Sink[]> {
  const messages = forms.flatMap((form) => baits[form].told);
  await appendFile(join(here.folder, 'host', project, 'prod', 'journal.ndjson'), messages.map((message) => `${JSON.stringify({ type: 'note', message })}\n`).join(''));
  await appendFile(join(here.folder, 'plan.json'), messages.map((message) => `    ${message}\n`).join(''));
  const watch = watchProcesses('nothing');
  const talker = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)', '--', ...whole.map((form) => baits[form].told[0] as string)], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 400));
  const seen = watch.stop();
  talker.kill('SIGKILL');
  return seen;
}

/** Every bait must be found in every kind of place where a secret could have got to. @returns how many leaks that were. */
export function found(baits: Baits, sinks: readonly Sink[]): string {
  const places: readonly (readonly [string, readonly Form[], (sink: Sink) => boolean])[] = [
    ['error', forms, ({ kind, where }) => kind === 'output of a command' && where.includes('--version v3')],
    ['events', forms, ({ kind, where }) => kind === 'output of a command' && where.includes('--version v4 --json-events')],
    ['log', forms, ({ kind, where }) => kind === 'output of a command' && where.startsWith('stagecraft logs')],
    ['run folder', forms, ({ kind, where }) => kind === 'host state' && /\/runs\/.*\.log$/.test(where)],
    ['journal', forms, ({ kind, where }) => kind === 'host state' && where.endsWith('journal.ndjson')],
    ['plan', forms, ({ kind }) => kind === 'saved plan'],
    ['state file', whole, ({ kind }) => kind === 'project state'],
    ['sealed release', whole, ({ kind, where }) => kind === 'host state' && where.includes('/releases/')],
    ['container label', whole, ({ kind }) => kind === 'inspect of a container'],
    ['image label', whole, ({ kind }) => kind === 'inspect of a image'],
    ['process list', whole, ({ kind }) => kind === 'arguments of a process'],
  ];
  const seen = new Map(forms.map((form) => [form, hits(sinks, [baits[form].canary]).map(({ sink }) => sink)] as const));
  const blind = places.flatMap(([name, told, is]) => told.filter((form) => !seen.get(form)?.some(is)).map((form) => `${name} (${form})`));
  must(blind.length === 0, `the scan does not find what was planted: ${blind.join(', ')}`);
  const leaks = places.reduce((sum, [, told]) => sum + told.length, 0);
  return `${leaks} of ${leaks} planted leaks found (${forms.join(', ')}; in ${places.map(([name]) => name).join(', ')})`;
}
