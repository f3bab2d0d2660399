import { parseYaml } from '../config/yaml-parse.js';
import { mapsOf, type Maps, type Node } from './yaml-maps.js';
import { mentionedNames } from './interpolate.js';

/**
 * Names of variables that Compose files take from outside: those that their text mentions, and those that they pass through: `environment` and
 * build arguments without a value, and secrets and configs with `environment: NAME`. A file that is no YAML gives its mentions; its
 * faults are the Compose reader's to tell.
 */
export async function composeMentions(texts: readonly string[]): Promise<readonly string[]> {
  const names = new Set(texts.flatMap(mentionedNames));
  for (const text of texts) {
    // Most of the time is the parser's: what cannot pass anything through is not parsed.
    if (text.length > longest || !/(?:environment|args)["']?\s*:/.test(text)) continue;
    const yaml = await import('../config/yaml.js');
    const read = parseYaml(yaml, text, new yaml.LineCounter(), { merge: false, logLevel: 'silent' });
    if (read.deep !== undefined || read.cut !== undefined) continue;
    const [document] = read.documents;
    const root = document?.errors.length === 0 ? document.contents : undefined;
    if (root) for (const name of passedThrough(mapsOf(yaml, root), root)) names.add(name);
  }
  return [...names].sort();
}

/** The Compose reader refuses what is longer. */
const longest = 256 * 1024;

function* passedThrough(maps: Maps, root: Node): Iterable<string> {
  for (const service of maps.at(root, 'services').values()) {
    yield* withoutValue(maps, maps.get(service, 'environment'));
    yield* withoutValue(maps, maps.get(maps.get(service, 'build'), 'args'));
  }
  for (const kind of ['secrets', 'configs']) {
    for (const entry of maps.at(root, kind).values()) {
      const name = maps.value(maps.get(entry, 'environment'));
      if (typeof name === 'string') yield name;
    }
  }
}

function* withoutValue(maps: Maps, section: Node): Iterable<string> {
  for (const item of maps.items(section)) {
    const text = maps.value(item);
    if (typeof text === 'string' && !text.includes('=')) yield text.trim();
  }
  for (const [name, value] of maps.entries(section)) if (maps.value(value) === null) yield name;
}
