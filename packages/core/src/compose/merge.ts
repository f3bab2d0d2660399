import { compare } from './canonical-json.js';
import { scalarText } from './scalar.js';
import { isList, isMap, mapNode, scalarNode, type Entry, type ListNode, type MapNode, type Node } from './tree.js';

/** Told where two files, or a service and the one it extends, give values that cannot be merged. */
export type CannotMerge = (path: readonly string[], node: Node) => void;

/** What the later file says laid over the earlier, by Compose's rules. `path` names the map: `[]` is the file, `['services', '*']` a service. */
export function mergeMaps(base: MapNode, over: MapNode, path: readonly string[], cannot: CannotMerge): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const earlier = entries.get(key);
    const tag = entry.value.tag;
    if (tag === '!reset') entries.delete(key);
    else if (earlier === undefined || tag === '!override' || key.startsWith('x-')) entries.set(key, entry);
    else entries.set(key, { at: keptPlace(earlier, entry), value: mergeNodes(earlier.value, entry.value, [...path, generic(path, key)], cannot) });
  }
  return { ...base, at: over.at, entries };
}

/** A service over the one that it extends. */
export function mergeService(base: MapNode, over: MapNode, cannot: CannotMerge): MapNode {
  return mergeMaps(base, over, ['services', '*'], cannot);
}

/** Names that users choose are `*` in a path. */
function generic(path: readonly string[], key: string): string {
  const [top, , section] = path;
  const named = (path.length === 1 && ['services', 'networks', 'volumes', 'configs', 'secrets'].includes(top as string)) || (path.length === 3 && ['ulimits', 'networks', 'depends_on'].includes(section as string));
  return named ? '*' : key;
}

/** The last file that sets a value is its place; a part that both have keeps the later one's key. */
function keptPlace(earlier: Entry, later: Entry): Entry['at'] {
  return later.value.kind === 'scalar' && later.value.value === null ? earlier.at : later.at;
}

function mergeNodes(base: Node, over: Node, path: readonly string[], cannot: CannotMerge): Node {
  const rule = rules[path.join('.')];
  if (rule !== undefined) return rule(base, over, path, cannot);
  return plainMerge(base, over, path, cannot);
}

function plainMerge(base: Node, over: Node, path: readonly string[], cannot: CannotMerge): Node {
  if (isNull(over)) return base;
  if (isNull(base)) return over;
  if (isMap(base) && isMap(over)) return mergeMaps(base, over, path, cannot);
  if (isList(base) && isList(over)) return { ...over, items: [...base.items, ...over.items] };
  if (base.kind !== 'scalar') cannot(path, over);
  return over;
}

type Rule = (base: Node, over: Node, path: readonly string[], cannot: CannotMerge) => Node;

const override: Rule = (_, over) => over;
const keyed: Rule = (base, over, path, cannot) => bothMaps(asKeyed(base), asKeyed(over), base, over, path, cannot);
const named: Rule = (base, over, path, cannot) => bothMaps(asNamed(base), asNamed(over), base, over, path, cannot);
const sequence: Rule = (base, over) => {
  const items = [...asSequence(base).items, ...asSequence(over).items];
  return { kind: 'list', at: over.at, items };
};
const build: Rule = (base, over, path, cannot) => bothMaps(asBuild(base), asBuild(over), base, over, path, cannot);
const logging: Rule = (base, over, path, cannot) => {
  if (!isMap(base) || !isMap(over)) return plainMerge(base, over, path, cannot);
  const [a, b] = [base, over].map((node) => node.entries.get('driver')?.value);
  const same = a === undefined || b === undefined || (a.kind === 'scalar' && b.kind === 'scalar' && a.value === b.value);
  return same ? mergeMaps(base, over, path, cannot) : over;
};

const rules: Readonly<Record<string, Rule>> = Object.fromEntries([
  ...['annotations', 'labels', 'environment', 'sysctls', 'deploy.labels', 'build.args', 'build.labels', 'build.additional_contexts'].map((key) => [`services.*.${key}`, keyed] as const),
  ...['networks.*.labels', 'volumes.*.labels'].map((key) => [key, keyed] as const),
  ...['dns', 'dns_opt', 'dns_search', 'tmpfs', 'env_file', 'extra_hosts', 'build.extra_hosts'].map((key) => [`services.*.${key}`, sequence] as const),
  ...['command', 'entrypoint', 'healthcheck.test', 'ulimits.*'].map((key) => [`services.*.${key}`, override] as const),
  ['services.*.depends_on', named],
  ['services.*.networks', named],
  ['services.*.build', build],
  ['services.*.logging', logging],
]);

function bothMaps(a: Node, b: Node, base: Node, over: Node, path: readonly string[], cannot: CannotMerge): Node {
  if (isMap(a) && isMap(b)) return mergeMaps(a, b, path, cannot);
  return plainMerge(base, over, path, cannot);
}

/** `[A=1, B]` as `{ A: 1, B: null }`. */
function asKeyed(node: Node): Node {
  if (!isList(node)) return node;
  const entries = node.items.map((item): [string, Entry] => {
    const text = item.kind === 'scalar' && item.value !== null ? scalarText(item.value) : '';
    const cut = text.indexOf('=');
    return [cut < 0 ? text : text.slice(0, cut), { at: item.at, value: scalarNode(item.at, cut < 0 ? null : text.slice(cut + 1)) }];
  });
  return mapNode(node.at, entries);
}

/** `[db, cache]` as `{ db: null, cache: null }`. */
function asNamed(node: Node): Node {
  if (!isList(node)) return node;
  return mapNode(node.at, node.items.map((item): [string, Entry] => [item.kind === 'scalar' ? String(item.value) : '', { at: item.at, value: scalarNode(item.at, null) }]));
}

function asSequence(node: Node): ListNode {
  if (isList(node)) return node;
  if (isMap(node)) {
    const items = [...node.entries].map(([key, { at, value }]) => scalarNode(at, value.kind === 'scalar' && value.value !== null ? `${key}=${scalarText(value.value)}` : key));
    return { kind: 'list', at: node.at, items: items.sort((a, b) => compare(String(a.value), String(b.value))) };
  }
  return { kind: 'list', at: node.at, items: isNull(node) ? [] : [node] };
}

function asBuild(node: Node): Node {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  return mapNode(node.at, [['context', { at: node.at, value: node }]]);
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}
