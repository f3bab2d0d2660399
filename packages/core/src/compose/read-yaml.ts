import { mostTokens, parseYaml } from '../config/yaml-parse.js';
import { deepest, syntaxProblems } from '../config/yaml-syntax.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { resolvePlain } from './scalar.js';
import type { Entry, MapNode, MergeTag, Node } from './tree.js';
import type * as Library from './yaml-library.js';

type Yaml = typeof Library;
type YamlNode = NonNullable<Parameters<Yaml['isMap']>[0]>;

export const largestFile = 256 * 1024;
const mostNodes = 100_000;
/** So many are told at once. */
export const mostProblems = 100;

export interface ReadYaml {
  /** Absent where the text is empty or unreadable. */
  readonly root: Node | undefined;
  readonly problems: readonly Finding[];
}

/**
 * Reads one YAML document with the place of everything. Duplicate keys, tabs, several documents, unknown tags, keys that are
 * no text, aliases that multiply beyond all measure: each is a problem at its line, all of them at once. Never throws for a text.
 * @param file as the user knows it.
 * @param codes of a problem of syntax and of an input that is too much.
 */
export function readYaml(yaml: Yaml, text: string, file: string, codes: { readonly syntax: string; readonly limits: string }): ReadYaml {
  const counter = new yaml.LineCounter();
  const problems: Finding[] = [];
  const place = (offset: number): Location => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let tooMuch = false;
  const problem = (at: Location, message: string, next: readonly string[], code = codes.syntax): void => {
    // What is left unread after a limit would only look wrong, and nobody corrects more than these at once.
    if (!tooMuch && problems.length <= mostProblems) problems.push({ severity: 'error', code, message, next, location: at });
  };

  const source = text.replace(/^\uFEFF/, '');
  // `uniqueKeys` is quadratic (23 s at 512 KiB); a set does it below. Anchors are resolved below too, in one pass.
  const read = parseYaml(yaml, source, counter, { schema: 'failsafe', merge: false, logLevel: 'silent', version: '1.2' });
  if (read.deep !== undefined) {
    problem(place(read.deep), `it is nested deeper than ${deepest} levels`, ['write it flatter'], codes.limits);
    return { root: undefined, problems };
  }
  const [document, second] = read.documents;
  for (const { offset, message, next } of syntaxProblems(document?.errors ?? [], source, counter)) problem(place(offset), message, [next]);
  if (second !== undefined) problem(place(second.range?.[0] ?? 0), 'a second YAML document begins here; one is expected', ['remove the `---` line and what follows, or move it to a file of its own']);
  if (problems.length > 0 || document === undefined || (document.contents === null && read.cut === undefined)) return { root: undefined, problems };

  const anchors = new Map<string, Sized>();
  const limit = (at: Location, message: string): Sized => {
    problem(at, message, ['write it out with fewer aliases and levels'], codes.limits);
    tooMuch = true;
    return { node: { kind: 'scalar', at, value: null }, size: 1 };
  };

  const convert = (item: unknown, fallback: Location, depth: number): Sized => {
    if (tooMuch || item === null || item === undefined) return { node: { kind: 'scalar', at: fallback, value: null }, size: 1 };
    const from = item as YamlNode & { readonly range?: readonly number[] | null; readonly anchor?: string; readonly tag?: string };
    const at = from.range ? place(from.range[0] as number) : fallback;
    if (depth > deepest) return limit(at, `it is nested deeper than ${deepest} levels`);
    if (yaml.isAlias(from)) {
      const target = anchors.get(from.source);
      if (target === undefined) problem(at, `no anchor \`&${from.source}\` stands before this alias`, [`write \`&${from.source}\` at the part that is meant`]);
      return target ?? { node: { kind: 'scalar', at, value: null }, size: 1 };
    }
    const sized = yaml.isMap(from) ? map(from, at, depth) : yaml.isSeq(from) ? list(from, at, depth) : scalar(from, at);
    if (sized.size > mostNodes) return limit(at, `its aliases make more than ${mostNodes} values of it`);
    if (from.anchor !== undefined) anchors.set(from.anchor, sized);
    return sized;
  };

  const tagOf = (tag: string | undefined, at: Location): { readonly tag?: MergeTag } => {
    if (tag === '!reset' || tag === '!override') return { tag };
    if (tag !== undefined && !plainTags.has(tag)) problem(at, `the tag \`${shortTag(tag)}\` is not known`, ['remove the tag']);
    return {};
  };

  const scalar = (from: unknown, at: Location): Sized => {
    const { value, type, tag } = from as { readonly value: unknown; readonly type?: string; readonly tag?: string };
    const written = typeof value === 'string' ? value : '';
    if (type === 'PLAIN' && /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(written)) problem(at, `\`${written}\` is a number that no setting can be`, [`put it in quotes: "${written}"`]);
    if (type === 'PLAIN' && tag === undefined && /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|$)/.test(written)) problem(at, `\`${written}\` is a date to Compose, which writes it in another form`, [`put it in quotes: "${written}"`]);
    const asText = type !== 'PLAIN' || tag === 'tag:yaml.org,2002:str';
    const resolved = asText && tag !== 'tag:yaml.org,2002:int' && tag !== 'tag:yaml.org,2002:float' ? written : resolvePlain(written);
    return { node: { kind: 'scalar', at, value: resolved, ...tagOf(tag, at) }, size: 1 };
  };

  const list = (from: { readonly items: readonly unknown[]; readonly tag?: string | undefined }, at: Location, depth: number): Sized => {
    let size = 1;
    const items = from.items.map((item) => {
      const converted = convert(item, at, depth + 1);
      size += converted.size;
      return converted.node;
    });
    return { node: { kind: 'list', at, items, ...tagOf(from.tag, at) }, size };
  };

  const map = (from: { readonly items: readonly { readonly key: unknown; readonly value: unknown }[]; readonly tag?: string | undefined }, at: Location, depth: number): Sized => {
    const entries = new Map<string, Entry>();
    const merged: MapNode[] = [];
    let size = 1;
    for (const pair of from.items) {
      const range = (pair.key as { range?: readonly number[] | null } | null)?.range;
      const keyAt = range ? place(range[0] as number) : at;
      if (isMergeKey(pair.key)) {
        const found = problems.length;
        const value = convert(pair.value, keyAt, depth + 1);
        size += value.size;
        // An alias that leads nowhere is told by itself.
        if (problems.length > found) continue;
        const parts = value.node.kind === 'list' ? value.node.items : [value.node];
        for (const part of parts) {
          if (part.kind === 'map') merged.push(part);
          else problem(keyAt, '`<<` takes a map or a list of maps', ['name an anchor of a map: `<<: *name`']);
        }
        continue;
      }
      const key = convert(pair.key, keyAt, depth + 1).node;
      const value = convert(pair.value, keyAt, depth + 1);
      size += value.size;
      if (key.kind !== 'scalar' || typeof key.value !== 'string') {
        problem(keyAt, 'a key must be text', key.kind === 'scalar' ? [`put it in quotes: "${String((pair.key as { value?: unknown }).value ?? '')}"`] : ['write a plain name before the colon']);
        continue;
      }
      if (key.value === '__proto__') {
        problem(keyAt, '`__proto__` cannot be a key', ['give it another name']);
        continue;
      }
      const first = entries.get(key.value);
      if (first !== undefined) problem(keyAt, `the key \`${key.value}\` stands twice; first on line ${first.at.line}`, [`remove one of the two \`${key.value}\``]);
      else entries.set(key.value, { at: keyAt, value: value.node });
    }
    for (const part of merged) for (const [key, entry] of part.entries) if (!entries.has(key)) entries.set(key, entry);
    return { node: { kind: 'map', at, entries, ...(merged.length === 0 ? {} : { merged }), ...tagOf(from.tag, at) }, size };
  };

  const root = convert(document.contents, { file, line: 1, column: 1 }, 0).node;
  if (read.cut !== undefined && problems.length === 0) problem(place(read.cut), `it has more than ${mostTokens} words and signs, the most that is read here`, ['check that it is the right file'], codes.limits);
  return { root: problems.length > 0 ? undefined : root, problems };
}

interface Sized {
  readonly node: Node;
  /** Values that it makes, aliases counted in full. */
  readonly size: number;
}

const plainTags = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq', 'timestamp'].map((name) => `tag:yaml.org,2002:${name}`).concat('!'));

function shortTag(tag: string): string {
  return tag.replace('tag:yaml.org,2002:', '!!');
}

function isMergeKey(key: unknown): boolean {
  const { value, type } = (key ?? {}) as { value?: unknown; type?: string };
  return value === '<<' && type === 'PLAIN';
}
