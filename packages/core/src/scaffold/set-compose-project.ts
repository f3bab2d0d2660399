import type { Document, ParsedNode } from 'yaml';

/** A line of a file that is added or replaced. */
export interface LineChange {
  readonly line: number;
  readonly before?: string;
  readonly after: string;
}

/**
 * The text of a config with `environments.<environment>.compose_project` set, and the one line that changes: everything else, comments too, stays as it is.
 * Undefined where the environment is not written in a way that a line can be added to: then a person has to.
 */
export async function setComposeProject(text: string, environment: string, project: string): Promise<{ readonly text: string; readonly change: LineChange } | undefined> {
  const { isMap, isScalar, parseAllDocuments } = await import('../config/yaml.js');
  const [document] = parseAllDocuments(text) as unknown as readonly Document.Parsed<ParsedNode>[];
  const section = document?.getIn(['environments', environment], true);
  if (!isMap(section) || !section.range) return undefined;
  const set = (at: number, end: number, put: string): { readonly text: string; readonly change: LineChange } => {
    const changed = `${text.slice(0, at)}${put}${text.slice(end)}`;
    const place = put.startsWith('\n') ? at + 1 : at;
    const line = text.slice(0, at).split('\n').length + (put.startsWith('\n') ? 1 : 0);
    const whole = (of: string, offset: number): string => of.slice(of.lastIndexOf('\n', offset - 1) + 1, (of.indexOf('\n', offset) + 1 || of.length + 1) - 1);
    return { text: changed, change: { line, ...(put.startsWith('\n') ? {} : { before: whole(text, at) }), after: whole(changed, place) } };
  };
  const known = section.items.find((pair) => isScalar(pair.key) && pair.key.value === 'compose_project');
  if (known && isScalar(known.value) && known.value.range) return set(known.value.range[0], known.value.range[1], project);
  const last = section.items.at(-1);
  const lastNode = (last?.value ?? last?.key) as ParsedNode | undefined;
  const first = section.items[0]?.key as ParsedNode | undefined;
  if (section.flow) {
    const end = lastNode?.range?.[1] ?? section.range[0] + 1;
    return set(end, end, `${lastNode ? ', ' : ' '}compose_project: ${project}${lastNode ? '' : ' '}`);
  }
  if (!first?.range) return undefined;
  // Above the first one, so that no comment behind the last one changes its place.
  const begin = first.range[0];
  const margin = text.slice(text.lastIndexOf('\n', begin - 1) + 1, begin);
  if (margin.trim() !== '') return undefined;
  return set(begin - margin.length - 1, begin - margin.length - 1, `\n${margin}compose_project: ${project}`);
}
