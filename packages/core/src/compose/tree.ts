import type { Location } from '../plugin-api/location.js';
import type { Json } from './model.js';

/** YAML as data that knows where each part was written. Aliases and `<<` are resolved; their parts keep the place of the anchor. Never changed in place. */
export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly at: Location;
  readonly entries: ReadonlyMap<string, Entry>;
  /** What `<<` brought; its entries are among `entries` where no own one stands in their place. */
  readonly merged?: readonly MapNode[];
  readonly tag?: MergeTag;
}

export interface Entry {
  /** Place of the key. */
  readonly at: Location;
  readonly value: Node;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: Location;
  readonly items: readonly Node[];
  readonly tag?: MergeTag;
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Location;
  readonly value: null | boolean | number | string;
  readonly tag?: MergeTag;
}

/** Compose's own tags for files that are merged: drop what the earlier files say, or put this in its place. */
export type MergeTag = '!reset' | '!override';

export function isMap(node: Node | undefined): node is MapNode {
  return node?.kind === 'map';
}

export function isList(node: Node | undefined): node is ListNode {
  return node?.kind === 'list';
}

export function child(node: Node | undefined, key: string): Node | undefined {
  return isMap(node) ? node.entries.get(key)?.value : undefined;
}

export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export function mapNode(at: Location, entries: Iterable<readonly [string, Entry]>): MapNode {
  return { kind: 'map', at, entries: new Map(entries) };
}

export function scalarNode(at: Location, value: null | boolean | number | string): ScalarNode {
  return { kind: 'scalar', at, value };
}

export function toJson(node: Node): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  // No prototype setters: a key may be called `__proto__`.
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
}

/** The place of a path: of its key or item; of the nearest ancestor where it is not written. */
export function placeOf(root: Node, path: readonly (string | number)[]): Location {
  let at = root.at;
  let node: Node | undefined = root;
  for (const part of path) {
    if (node?.kind === 'map') {
      const entry: Entry | undefined = node.entries.get(String(part));
      if (entry === undefined) return at;
      at = entry.at;
      node = entry.value;
    } else if (node?.kind === 'list') {
      const item: Node | undefined = typeof part === 'number' ? node.items[part] : undefined;
      if (item === undefined) return at;
      at = item.at;
      node = item;
    } else return at;
  }
  return at;
}

/** Calls with every scalar and its path, depth first in file order. */
export function eachScalar(node: Node, visit: (scalar: ScalarNode, path: readonly (string | number)[]) => void, path: readonly (string | number)[] = []): void {
  if (node.kind === 'scalar') visit(node, path);
  else if (node.kind === 'list') node.items.forEach((item, index) => eachScalar(item, visit, [...path, index]));
  else for (const [key, entry] of node.entries) eachScalar(entry.value, visit, [...path, key]);
}

/** What the user's files say at a path, interpolated and merged, in the form in which it was written. */
export function writtenAt(root: Node, path: readonly (string | number)[]): Json | undefined {
  let node: Node | undefined = root;
  for (const part of path) node = node?.kind === 'map' ? node.entries.get(String(part))?.value : node?.kind === 'list' && typeof part === 'number' ? node.items[part] : undefined;
  return node === undefined ? undefined : toJson(node);
}
