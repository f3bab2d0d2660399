import type { Node } from 'yaml';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { type Path, pathText } from './path.js';
import { mostTokens, parseYaml } from './yaml-parse.js';
import { deepest, syntaxProblems } from './yaml-syntax.js';

/** A YAML text as plain data, every node with its place. */
export interface Document {
  readonly data: unknown;
  /** What makes the text unreadable: with any of these, `data` is not to be trusted. */
  readonly findings: readonly Finding[];
  /** The place of a path, or of its nearest ancestor: of its key in a map, or of its value. */
  locate(path: Path, part?: 'key' | 'value'): Location;
  has(path: Path): boolean;
}

const mostAliases = 100;
const mostNodes = 100_000;

/**
 * Reads one YAML document. Wrong syntax, duplicate keys, merge keys, tags, a second document, aliases that multiply and a nesting
 * that nobody writes are findings (SC1010 to SC1017). Keys that begin with `x-` are the user's own and left out of the data.
 */
export async function readDocument(text: string, file: string): Promise<Document> {
  const yaml = await import('./yaml.js');
  const lines = new yaml.LineCounter();
  const places = new Map<string, { readonly key: number | undefined; readonly value: number }>();
  const findings: Finding[] = [];
  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(Math.max(0, Math.min(offset, text.length)));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (code: string, offset: number, message: string, next: string): void => {
    findings.push({ severity: 'error', code, message, next: [next], location: at(offset) });
  };
  const locate = (path: Path, part: 'key' | 'value' = 'key'): Location => {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = places.get(keyOf(path.slice(0, length)));
      if (place !== undefined) return at((length < path.length || part === 'key' ? place.key : undefined) ?? place.value);
    }
    return { file, line: 1, column: 1 };
  };
  const document = (data: unknown): Document => ({ data, findings, locate, has: (path) => places.has(keyOf(path)) });

  // `yaml` compares every key of a map with every other; the set below does it in one pass.
  const { Composer, Lexer, Parser } = yaml;
  const parsed = parseYaml({ Composer, Lexer, Parser }, text, lines, { version: '1.2' });
  if (parsed.deep !== undefined) {
    report('SC1016', parsed.deep, `the nesting is deeper than ${deepest}`, 'write it flatter');
    return document(undefined);
  }

  const [first, second] = parsed.documents;
  if (first === undefined) {
    report('SC1010', 0, 'nothing stands here but comments', 'stagecraft init --force');
    return document(undefined);
  }
  for (const { offset, message, next, tag } of syntaxProblems([...first.errors, ...first.warnings], text, lines)) report(tag ? 'SC1017' : 'SC1010', offset, message, next);
  if (findings.length > 0) return document(undefined);
  if (second !== undefined) {
    report('SC1015', second.range[0], 'a second document begins here; the config is one document', 'remove everything from `---` on');
    return document(undefined);
  }

  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let aliases = 0;
  let nodes = 0;
  let given = false;

  const read = (node: Node | null | undefined, path: Path, key: number | undefined, fallback: number, own: boolean): unknown => {
    const value = node?.range?.[0] ?? fallback;
    if (!own) places.set(keyOf(path), { key, value });
    nodes += 1;
    if (nodes > mostNodes) {
      if (!given) report('SC1014', value, `this file comes to more than ${mostNodes} values`, aliases > 0 ? 'write the values out in place of aliases' : 'check that it is the right file');
      given = true;
      return undefined;
    }
    if (node === null || node === undefined) return null;
    if (yaml.isAlias(node)) {
      aliases += 1;
      if (aliases === mostAliases + 1) report('SC1014', value, `more than ${mostAliases} aliases`, 'write the values out');
      if (aliases > mostAliases) return undefined;
      const target = anchors.get(node.source);
      if (target === undefined) {
        report('SC1013', value, `no anchor \`&${node.source}\` stands above this alias`, `write &${node.source} before the value that is meant`);
        return undefined;
      }
      if (open.has(target)) {
        report('SC1013', value, `the alias \`*${node.source}\` stands inside of what it means`, 'write the value out');
        return undefined;
      }
      return read(target, path, key, value, own);
    }
    if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node);
    if (node.tag !== undefined && !/^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/.test(node.tag)) {
      report('SC1017', value, `the tag \`${shorten(node.tag)}\` is not understood here`, 'remove it');
      return undefined;
    }
    if (yaml.isScalar(node)) return node.value;
    open.add(node);
    const result = yaml.isSeq(node)
      ? node.items.map((item, index) => read(item as Node, [...path, index], undefined, value, own))
      : yaml.isMap(node)
        ? readMap(node.items as readonly { readonly key: unknown; readonly value: unknown }[], path, value, own)
        : undefined;
    open.delete(node);
    return result;
  };

  const readMap = (items: readonly { readonly key: unknown; readonly value: unknown }[], path: Path, start: number, own: boolean): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const item of items) {
      const node = item.key as Node | null;
      const offset = node?.range?.[0] ?? start;
      if (!yaml.isScalar(node) || node.value === null || node.value === '') {
        report('SC1012', offset, 'a key is a plain name here, and not empty, a list, a map or an alias', 'give it a name');
        continue;
      }
      const name = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
      const before = seen.get(name);
      if (before !== undefined) {
        const first = at(before);
        report('SC1011', offset, `\`${pathText([...path, shorten(name)])}\` stands here a second time; the first is on line ${first.line}`, 'keep one of them');
        continue;
      }
      seen.set(name, offset);
      if (name === '<<' && node.type === 'PLAIN') {
        report('SC1012', offset, 'merge keys (`<<`) are not supported', 'use an alias for a whole value, or write the keys out');
        continue;
      }
      if (name === '__proto__') {
        report('SC1012', offset, '`__proto__` cannot be a key', 'give it another name');
        continue;
      }
      const mine = own || name.startsWith('x-');
      const value = read(item.value as Node | null, [...path, name], offset, offset, mine);
      if (!mine) result[name] = value;
    }
    return result;
  };

  const data = read(first.contents, [], undefined, 0, false);
  if (parsed.cut !== undefined && findings.length === 0) report('SC1014', parsed.cut, `this file has more than ${mostTokens} words and signs, the most that is read`, 'check that it is the right file');
  return document(data);
}

/** Paths are looked up often: one string each. No key holds a NUL, the reader of the bytes refuses it. */
function keyOf(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `#${part}` : `.${part}`)).join('\u0000');
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
