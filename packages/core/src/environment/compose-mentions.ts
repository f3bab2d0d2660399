import { mentionedNames } from './interpolate.js';

/**
 * Names of variables that Compose files take from outside: those that their text mentions, and those that they pass through: `environment` and
 * build arguments without a value, and secrets and configs with `environment: NAME`. A file that is no YAML gives its mentions; its
 * faults are the Compose reader's to tell.
 */
export async function composeMentions(texts: readonly string[]): Promise<readonly string[]> {
  const names = new Set(texts.flatMap(mentionedNames));
  for (const text of texts) for (const name of passedThrough(await parse(text))) names.add(name);
  return [...names].sort();
}

async function parse(text: string): Promise<unknown> {
  if (!/environment|args/.test(text) || text.length > 1024 * 1024) return undefined;
  const { parseAllDocuments } = await import('../config/yaml.js');
  try {
    const [document] = parseAllDocuments(text, { uniqueKeys: false, merge: true, prettyErrors: false, logLevel: 'silent' });
    return document !== undefined && 'toJS' in document ? document.toJS({ maxAliasCount: 1000 }) : undefined;
  } catch {
    return undefined;
  }
}

function* passedThrough(data: unknown): Iterable<string> {
  for (const service of Object.values(mapAt(data, 'services'))) {
    yield* withoutValue(at(service, 'environment'));
    yield* withoutValue(at(at(service, 'build'), 'args'));
  }
  for (const kind of ['secrets', 'configs']) {
    for (const entry of Object.values(mapAt(data, kind))) {
      const name = at(entry, 'environment');
      if (typeof name === 'string') yield name;
    }
  }
}

function* withoutValue(section: unknown): Iterable<string> {
  if (Array.isArray(section)) {
    for (const entry of section) if (typeof entry === 'string' && !entry.includes('=')) yield entry.trim();
  } else if (typeof section === 'object' && section !== null) {
    for (const [name, value] of Object.entries(section)) if (value === null) yield name;
  }
}

function at(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? (data as Record<string, unknown>)[key] : undefined;
}

function mapAt(data: unknown, key: string): Record<string, unknown> {
  const value = at(data, key);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
