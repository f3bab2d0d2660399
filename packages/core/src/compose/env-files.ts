import { posix } from 'node:path';
import { textFrom } from '../config/text.js';
import { parseEnvFile } from '../environment/env-file.js';
import { isStagecraftError } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Files } from '../ports/files.js';
import { largestFile } from './read-yaml.js';
import { child, isList, isMap, textOf, type MapNode, type Node } from './tree.js';

/**
 * What the `env_file` entries of each service give, in their order, later ones winning. Compose would merge them into its output in
 * clear, so they are kept from it and read here by its rules.
 */
export async function readEnvFiles(files: Files, root: MapNode, variables: Readonly<Record<string, string>>, problems: Finding[]): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const services = child(root, 'services');
  if (!isMap(services)) return {};
  const result: [string, Readonly<Record<string, string>>][] = [];
  for (const [name, { value }] of services.entries) {
    const known: Record<string, string> = {};
    for (const node of entries(child(value, 'env_file'))) Object.assign(known, await one(files, node, { ...known, ...variables }, name, problems));
    if (Object.keys(known).length > 0) result.push([name, known]);
  }
  return Object.fromEntries(result);
}

/** Later entries of one path replace earlier ones in their place, as in Compose. */
function entries(node: Node | undefined): readonly Node[] {
  const items = isList(node) ? node.items : node === undefined || (node.kind === 'scalar' && node.value === null) ? [] : [node];
  const byPath = new Map<string, Node>();
  for (const item of items) byPath.set(textOf(item) ?? textOf(child(item, 'path')) ?? '', item);
  return [...byPath.values()];
}

async function one(files: Files, node: Node, variables: Readonly<Record<string, string>>, service: string, problems: Finding[]): Promise<Readonly<Record<string, string>>> {
  const path = textOf(node) ?? textOf(child(node, 'path'));
  const problem = (message: string, next: readonly string[], code = 'SC1306'): Readonly<Record<string, string>> => {
    problems.push({ severity: 'error', code, message, next, location: node.at, service });
    return {};
  };
  if (path === undefined) return problem('`env_file` takes a path, or a list of paths or of `{ path, required, format }`', ['write `env_file: [FILE]`']);
  const required = child(node, 'required');
  const format = textOf(child(node, 'format'));
  if (format !== undefined && format !== 'raw' && format !== '') return problem(`\`format: ${format}\` of an env file is not known`, ['leave it out, or write `format: raw`']);
  try {
    const bytes = await files.readBytes(path, largestFile);
    if (bytes === undefined) {
      const optional = required?.kind === 'scalar' && (required.value === false || required.value === 'false');
      return optional ? {} : problem(`the env file ${posix.normalize(path)} is not there`, [`create it, or write \`env_file: [{ path: ${posix.normalize(path)}, required: false }]\``]);
    }
    const file = posix.normalize(path);
    const text = textFrom(bytes, file);
    return format === 'raw' ? raw(text) : parseEnvFile(text, file, variables);
  } catch (error) {
    if (!isStagecraftError(error)) throw error;
    problems.push({ severity: 'error', code: error.code, message: error.message, next: error.next, location: insideOf(error.code) ? (error.location ?? node.at) : node.at, service });
    return {};
  }
}

/** What cannot be read at all is told where it is named. */
function insideOf(code: string): boolean {
  return !code.startsWith('SC36');
}

/** `format: raw`: what follows the first `=` is the value, with quotes and dollars. */
function raw(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#') && line.includes('=')).map((line): [string, string] => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)]),
  );
}
