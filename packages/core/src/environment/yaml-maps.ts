import type * as Library from 'yaml';

type Yaml = Pick<typeof Library, 'isAlias' | 'isMap' | 'isScalar' | 'isSeq'>;
export type Node = Library.Node | null | undefined;

/** Looks into a YAML document, through aliases and merge keys, without ever making values of it: aliases of aliases may come to more than fits anywhere. */
export interface Maps {
  /** Keys of a map with what they have; none of what is no map. */
  entries(node: Node): ReadonlyMap<string, Node>;
  items(node: Node): readonly Node[];
  get(node: Node, key: string): Node;
  /** The entries of the map under a key. */
  at(node: Node, key: string): ReadonlyMap<string, Node>;
  /** The value of a scalar, null where nothing stands; undefined of a map or list. */
  value(node: Node): unknown;
}

const none: ReadonlyMap<string, Node> = new Map();
/** More than a file of any use has; merge keys can make more of a few lines. */
const mostEntries = 100_000;

export function mapsOf(yaml: Yaml, root: Node): Maps {
  const targets = aliasesOf(yaml, root);
  const known = new Map<Node, ReadonlyMap<string, Node>>();
  let made = 0;
  const real = (node: Node): Node => (yaml.isAlias(node) ? targets.get(node) : node);

  const entries = (given: Node): ReadonlyMap<string, Node> => {
    const node = real(given);
    if (!yaml.isMap(node) || made > mostEntries) return none;
    const before = known.get(node);
    if (before) return before;
    const own = new Map<string, Node>();
    // One that merges itself finds this in its place.
    known.set(node, own);
    const merged: Node[] = [];
    for (const pair of node.items) {
      const key = yaml.isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (key === '<<') merged.push(...(yaml.isSeq(real(pair.value as Node)) ? items(pair.value as Node) : [pair.value as Node]));
      else if (key !== undefined) own.set(key, pair.value as Node);
    }
    for (const part of merged) for (const [key, value] of entries(part)) if (!own.has(key)) own.set(key, value);
    made += own.size;
    return own;
  };
  const items = (given: Node): readonly Node[] => {
    const node = real(given);
    return yaml.isSeq(node) ? (node.items as readonly Node[]) : [];
  };
  const get = (node: Node, key: string): Node => entries(node).get(key);
  return {
    entries,
    items,
    get,
    at: (node, key) => entries(get(node, key)),
    value(given) {
      const node = real(given);
      return node === null || node === undefined ? null : yaml.isScalar(node) ? node.value : undefined;
    },
  };
}

/** What each alias stands for: the last anchor of its name before it. */
function aliasesOf(yaml: Yaml, root: Node): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  const visit = (node: Node): void => {
    if (yaml.isAlias(node)) return void targets.set(node, anchors.get(node.source));
    if (node && 'anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (yaml.isMap(node)) for (const pair of node.items) (visit(pair.key as Node), visit(pair.value as Node));
    else if (yaml.isSeq(node)) for (const item of node.items) visit(item as Node);
  };
  visit(root);
  return targets;
}
