import { posix } from 'node:path';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { isRemoteContext, rebased } from './paths.js';
import { mergeMaps, mergeService, type CannotMerge } from './merge.js';
import { interpolated, isRemote, type Source, type Sources } from './sources.js';
import { child, isList, isMap, mapNode, textOf, type Entry, type MapNode, type Node } from './tree.js';

export interface Assembled {
  /** The whole application: interpolated, `extends` resolved, files merged, paths from the project folder. */
  readonly root: MapNode;
  readonly problems: readonly Finding[];
  /** Variables used without a default that have no value, with the first place of each. */
  readonly unset: ReadonlyMap<string, Location>;
}

/** The user's files as one tree that still knows where everything was written. Paths are rebased; short forms are left as they are. */
export function assemble(sources: Sources, variables: Readonly<Record<string, string>>): Assembled {
  const problems: Finding[] = [];
  const unset = new Map<string, Location>();
  const prepared = new Map<string, MapNode>();
  const problem = (code: string, message: string, next: readonly string[], location: Location): void => {
    if (!problems.some((known) => known.message === message && sameAs(known.location, location))) problems.push({ severity: 'error', code, message, next, location });
  };
  const cannot: CannotMerge = (path, node) => problem('SC1304', `\`${path.slice(2).join('.') || path.join('.')}\` is of another kind than what it is laid over`, ['write both in the same form'], node.at);

  const prepare = (source: Source): MapNode => {
    const known = prepared.get(source.file);
    if (known !== undefined) return known;
    const root = rebaseFile(interpolated(source.root, variables, problems, (name, at) => void (unset.has(name) || unset.set(name, at))), source.base);
    prepared.set(source.file, root);
    return root;
  };

  /** A service with what it extends below it. `trail` finds circles. */
  const resolve = (name: string, source: Source, services: MapNode, trail: readonly string[]): Node | undefined => {
    const entry = services.entries.get(name);
    if (entry === undefined || !isMap(entry.value)) return entry?.value;
    const service = entry.value;
    const extended = service.entries.get('extends');
    if (extended === undefined) return service;
    const self = `${source.file}: ${name}`;
    const without: MapNode = { ...service, entries: new Map([...service.entries].filter(([key]) => key !== 'extends')) };
    if (trail.includes(self)) {
      problem('SC1305', `\`extends\` goes in a circle: ${[...trail.slice(trail.indexOf(self)), self].map((part) => part.split(': ')[1]).join(' -> ')}`, [`remove \`extends\` from ${name}`], extended.at);
      return without;
    }
    const target = textOf(extended.value) ?? textOf(child(extended.value, 'service'));
    const file = textOf(child(extended.value, 'file'));
    if (target === undefined) {
      problem('SC1304', '`extends` takes the name of a service', ['write `extends: { service: NAME }`'], extended.at);
      return without;
    }
    const from = file === undefined ? source : fileOf(file, source);
    const fromServices = from === undefined ? undefined : from === source ? services : child(prepare(from), 'services');
    if (from === undefined || !isMap(fromServices)) {
      problem('SC1305', `\`extends\` names ${file ?? source.file}, which cannot be read`, isRemote(file ?? '') ? ['keep a copy of it in the project'] : ['correct the path'], extended.at);
      return without;
    }
    const base = resolve(target, from, fromServices, [...trail, self]);
    if (base === undefined) {
      problem('SC1305', `\`extends\` names the service \`${target}\`, which ${from.file} does not have`, [`correct the name; ${from.file} has: ${[...fromServices.entries.keys()].sort().join(', ')}`], extended.at);
      return without;
    }
    return isMap(base) ? mergeService(base, without, cannot) : without;
  };

  const fileOf = (written: string, source: Source): Source | undefined => sources.all.get(posix.normalize(posix.join(source.base, written)));

  const extendAll = (source: Source): MapNode => {
    const root = prepare(source);
    const services = child(root, 'services');
    if (!isMap(services)) return root;
    const resolved = [...services.entries].map(([name, entry]): [string, Entry] => [name, { at: entry.at, value: resolve(name, source, services, []) ?? entry.value }]);
    return { ...root, entries: new Map([...root.entries].map(([key, entry]): [string, Entry] => (key === 'services' ? [key, { at: entry.at, value: { ...services, entries: new Map(resolved) } }] : [key, entry]))) };
  };

  let root: MapNode | undefined;
  for (const source of sources.main) {
    const file = extendAll(source);
    const merged = root === undefined ? mergeMaps(mapNode(file.at, []), file, [], cannot) : mergeMaps(root, file, [], cannot);
    root = withIncluded(merged, source);
  }
  return { root: root ?? mapNode({ file: sources.main[0]?.file ?? 'docker-compose.yml', line: 1, column: 1 }, []), problems, unset };

  /** Included files are applications of their own: they add what is not there. */
  function withIncluded(into: MapNode, source: Source, trail: readonly string[] = []): MapNode {
    const include = child(prepare(source), 'include');
    if (!isList(include) || trail.includes(source.file)) return into;
    let result = into;
    for (const item of include.items) {
      const path = isMap(item) ? child(item, 'path') : item;
      const parts = (isList(path) ? path.items : [path]).map((part) => fileOf(textOf(part) ?? '', source)).filter((part) => part !== undefined);
      let inner: MapNode | undefined;
      for (const part of parts) {
        const file = withIncluded(extendAll(part), part, [...trail, source.file]);
        inner = inner === undefined ? file : mergeMaps(inner, file, [], cannot);
      }
      if (inner !== undefined) result = mergeMaps(inner, result, [], cannot);
    }
    return result;
  }
}

function sameAs(a: Location | undefined, b: Location): boolean {
  return a?.file === b.file && a.line === b.line && a.column === b.column;
}

/** Relative paths of a file, from the project folder. */
function rebaseFile(root: MapNode, base: string): MapNode {
  const file: Edit = (node) => ({ ...node, ...(textOf(node) === undefined ? {} : { value: rebased(textOf(node) as string, base) }) }) as Node;
  const context: Edit = (node) => (isRemoteContext(textOf(node) ?? '') ? node : file(node));
  const envFile: Edit = (node) => (isMap(node) ? edit(node, ['path'], file) : file(node));
  const volume: Edit = (node) => {
    if (isMap(node)) return textOf(child(node, 'type')) === 'bind' ? edit(node, ['source'], file) : node;
    const text = textOf(node);
    const cut = text === undefined || !text.startsWith('.') ? -1 : text.indexOf(':');
    return cut < 0 ? node : ({ ...node, value: rebased((text as string).slice(0, cut), base) + (text as string).slice(cut) } as Node);
  };
  let result = root;
  for (const top of ['configs', 'secrets']) result = edit(result, [top, '*', 'file'], file) as MapNode;
  result = edit(result, ['services', '*', 'build'], (node) => (isMap(node) ? edit(node, ['context'], context) : context(node))) as MapNode;
  result = edit(result, ['services', '*', 'env_file'], (node) => (isList(node) ? edit(node, ['*'], envFile) : envFile(node))) as MapNode;
  return edit(result, ['services', '*', 'volumes', '*'], volume) as MapNode;
}

type Edit = (node: Node) => Node;

/** The tree with `change` done at every place that the path means. */
function edit(node: Node, path: readonly string[], change: Edit): Node {
  const [head, ...rest] = path;
  if (head === undefined) return change(node);
  if (isList(node)) return head === '*' ? { ...node, items: node.items.map((item) => edit(item, rest, change)) } : node;
  if (!isMap(node)) return node;
  return { ...node, entries: new Map([...node.entries].map(([key, entry]): [string, Entry] => [key, head === '*' || head === key ? { at: entry.at, value: edit(entry.value, rest, change) } : entry])) };
}
