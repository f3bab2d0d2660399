import { posix } from 'node:path';
import { textFrom } from '../config/text.js';
import { interpolate } from '../environment/interpolate.js';
import { isStagecraftError } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Files } from '../ports/files.js';
import { largestFile, readYaml } from './read-yaml.js';
import { child, isList, isMap, textOf, type Entry, type MapNode, type Node } from './tree.js';
import type * as Library from './yaml-library.js';

/** One Compose file as it stands on disk. */
export interface Source {
  /** From the project folder. */
  readonly file: string;
  readonly text: string;
  /** As written: not interpolated. */
  readonly root: MapNode;
  /** Folder that its relative paths are read from, from the project folder. */
  readonly base: string;
}

export interface Sources {
  readonly main: readonly Source[];
  /** The main files, and every local file that `extends` or `include` names, by path from the project folder. */
  readonly all: ReadonlyMap<string, Source>;
  readonly problems: readonly Finding[];
}

/** Reads the Compose files and all local ones that they name. Nothing is thrown for what stands in them: `problems` says it. `named`: where a main file is named. */
export async function loadSources(files: Files, yaml: typeof Library, compose: readonly string[], variables: Readonly<Record<string, string>>, named?: (file: string) => Location | undefined): Promise<Sources> {
  const all = new Map<string, Source>();
  const problems: Finding[] = [];
  const tried = new Set<string>();

  const load = async (file: string, base: string, from?: Location, absentAt = from): Promise<void> => {
    if (tried.has(file)) return;
    tried.add(file);
    const text = await readText(files, file, problems, { from, absentAt });
    if (text === undefined) return;
    const { root, problems: found } = readYaml(yaml, text, file, { syntax: 'SC1301', limits: 'SC1302' });
    problems.push(...found);
    if (found.length > 0) return;
    if (!isMap(root)) {
      problems.push({ severity: 'error', code: 'SC1303', message: root === undefined ? `${file} is empty` : `${file} must be a map with \`services:\``, next: ['a Compose file begins with `services:`'], location: root?.at ?? { file, line: 1, column: 1 } });
      return;
    }
    all.set(file, { file, text, root, base });
    for (const named of namedFiles(root, variables)) await load(posix.normalize(posix.join(base, named.path)), posix.dirname(posix.normalize(posix.join(base, named.path))), named.at);
  };

  const first = compose[0] ?? 'docker-compose.yml';
  // As Compose: relative paths of all main files are read from the folder of the first.
  const base = posix.dirname(posix.normalize(first));
  for (const file of compose) await load(posix.normalize(file), base, undefined, named?.(file));
  return { main: compose.map((file) => all.get(posix.normalize(file))).filter((source) => source !== undefined), all, problems };
}

async function readText(files: Files, file: string, problems: Finding[], { from, absentAt }: { readonly from: Location | undefined; readonly absentAt: Location | undefined }): Promise<string | undefined> {
  try {
    const bytes = await files.readBytes(file, largestFile);
    if (bytes !== undefined) return textFrom(bytes, file);
    problems.push({ severity: 'error', code: 'SC1300', message: `there is no Compose file ${file}`, next: [`create ${file}, or correct its name`], ...(absentAt === undefined ? {} : { location: absentAt }) });
    return undefined;
  } catch (error) {
    if (!isStagecraftError(error)) throw error;
    const inside = error.code === 'SC1005' || error.code === 'SC1006';
    problems.push({ severity: 'error', code: inside ? error.code : 'SC1302', message: error.message, next: error.next, location: (inside ? error.location : from) ?? error.location ?? { file, line: 1, column: 1 } });
    return undefined;
  }
}

/** Local files that `extends` and `include` name. What is remote, or cannot be interpolated, is left to the reader to refuse. */
function namedFiles(root: MapNode, variables: Readonly<Record<string, string>>): readonly { readonly path: string; readonly at: Location }[] {
  const nodes: Node[] = [];
  const services = child(root, 'services');
  if (isMap(services)) for (const { value } of services.entries.values()) push(nodes, child(child(value, 'extends'), 'file'));
  const include = child(root, 'include');
  if (isList(include)) {
    for (const item of include.items) {
      const path = isMap(item) ? child(item, 'path') : item;
      if (isList(path)) for (const part of path.items) push(nodes, part);
      else push(nodes, path);
    }
  }
  return nodes.flatMap((node) => {
    const written = textOf(node);
    if (written === undefined) return [];
    try {
      const path = interpolate(written, variables, node.at);
      return isRemote(path) || path.startsWith('/') ? [] : [{ path, at: node.at }];
    } catch {
      return [];
    }
  });
}

export function isRemote(path: string): boolean {
  return /^(?:oci:\/\/|https?:\/\/|git@|ssh:\/\/|git:\/\/|github\.com\/)/.test(path);
}

function push(nodes: Node[], node: Node | undefined): void {
  if (node !== undefined) nodes.push(node);
}

/** The tree with variables put into every text that is no key. */
export function interpolated(root: MapNode, variables: Readonly<Record<string, string>>, problems: Finding[], unset: (name: string, at: Location) => void): MapNode {
  const walk = (node: Node): Node => {
    if (node.kind === 'map') return { ...node, entries: new Map([...node.entries].map(([key, entry]): [string, Entry] => [key, { at: entry.at, value: walk(entry.value) }])) };
    if (node.kind === 'list') return { ...node, items: node.items.map(walk) };
    if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
    try {
      return { ...node, value: interpolate(node.value, variables, node.at, { onUnset: unset }) };
    } catch (error) {
      if (!isStagecraftError(error)) throw error;
      problems.push({ severity: 'error', code: error.code, message: error.message, next: error.next, ...(error.location === undefined ? {} : { location: error.location }) });
      return node;
    }
  };
  return walk(root) as MapNode;
}
