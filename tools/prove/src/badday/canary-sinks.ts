import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Stage } from '../stage.js';
import type { Canary } from './canary-forms.js';

/** Everything that a run left somewhere, by what it is and where. */
export interface Sink {
  readonly kind: string;
  readonly where: string;
  readonly text: string;
}

export interface Hit {
  readonly sink: Sink;
  readonly canary: Canary;
}

/** Canaries in sinks: as they stand there, over line ends, with what stands before each line of a log taken off, and over the borders of NDJSON events. */
export function hits(sinks: readonly Sink[], canaries: readonly Canary[]): readonly Hit[] {
  return sinks.flatMap((sink) => {
    const lines = sink.text.split(/\r?\n\s*/);
    const texts = [sink.text, lines.join(''), lines.map((line) => line.replace(/^[^|]*\| ?/, '')).join(''), ...textsOf(lines)];
    return canaries.filter(({ forms }) => forms.some((form) => texts.some((text) => text.includes(form)))).map((canary) => ({ sink, canary }));
  });
}

/** The strings of all lines that are JSON: those that stand in the same member, one behind the other. */
function textsOf(lines: readonly string[]): readonly string[] {
  const strings = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') strings.set(path, (strings.get(path) ?? '') + value);
    else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) (walk(key, `${path} key`), walk(item, `${path}.${Array.isArray(value) ? '' : key}`));
  };
  for (const line of lines.filter((one) => one.startsWith('{'))) {
    try {
      walk(JSON.parse(line), '');
    } catch {
      // A line that is no JSON was looked at as it stands.
    }
  }
  return [...strings.values()];
}

/** Files below a folder, but for those that `belongs` calls the place of secrets. */
export async function filesBelow(kind: string, folder: string, belongs: (path: string) => boolean = () => false): Promise<readonly Sink[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name))).filter((path) => !belongs(path)).sort();
  const texts = await Promise.all(paths.map(async (path) => ({ kind, where: path, text: `${path}\n${(await readFile(join(folder, path)).catch(() => Buffer.alloc(0))).toString('latin1')}` })));
  // Latin-1 keeps every byte; the canaries are ASCII.
  return texts;
}

/** What the engine tells of the projects' containers (but for their own environment), images, networks and volumes. */
export async function engineSinks(here: Stage, composeProject: string, project: string): Promise<readonly Sink[]> {
  const lines = async (args: readonly string[]): Promise<readonly string[]> => [...new Set((await here.docker(args)).split('\n').filter((line) => line !== ''))];
  const filter = ['--filter', `label=com.docker.compose.project=${composeProject}`];
  const [containers, networks, volumes, images] = await Promise.all([lines(['ps', '-aq', ...filter]), lines(['network', 'ls', '-q', ...filter]), lines(['volume', 'ls', '-q', ...filter]), lines(['images', '-q', '--filter', `label=stagecraft.project=${project}`])]);
  const told: Sink[] = [];
  const inspect = async (kind: string, args: readonly string[], ids: readonly string[], strip: (one: Record<string, unknown>) => void): Promise<void> => {
    if (ids.length === 0) return;
    for (const one of JSON.parse(await here.docker([...args, ...ids])) as Record<string, unknown>[]) {
      strip(one);
      told.push({ kind: `inspect of a ${kind}`, where: String(one['Name'] ?? one['Id']), text: JSON.stringify(one) });
    }
  };
  await inspect('container', ['inspect'], containers, (one) => delete (one['Config'] as Record<string, unknown>)['Env']);
  await inspect('network', ['network', 'inspect'], networks, () => undefined);
  await inspect('volume', ['volume', 'inspect'], volumes, () => undefined);
  await inspect('image', ['image', 'inspect'], images, () => undefined);
  for (const id of images) told.push({ kind: 'history of an image', where: id, text: await here.docker(['history', '--no-trunc', '--format', '{{.CreatedBy}} {{.Comment}}', id]) });
  return told;
}

/** Arguments of every process of the machine, and the environment of ours, looked at again and again while something runs. */
export function watchProcesses(ours: string): { stop(): readonly Sink[]; readonly looks: () => number } {
  const seen = new Map<string, Sink>();
  let looks = 0;
  const look = (): void => {
    looks += 1;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
      const argv = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      if (argv === '') continue;
      seen.set(`argv ${argv}`, { kind: 'arguments of a process', where: argv.slice(0, 60), text: argv });
      // A build gets its arguments and secrets by the environment of the program that builds, which nobody else can read.
      if (/\bbuild(?:x|kit)?\b/.test(argv)) continue;
      const environment = read(`/proc/${pid}/environ`);
      if (environment.includes(ours)) seen.set(`env ${argv}`, { kind: 'environment of a process', where: argv.slice(0, 60), text: environment });
    }
  };
  const timer = setInterval(look, 15);
  return {
    looks: () => looks,
    stop() {
      clearInterval(timer);
      return [...seen.values()];
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
