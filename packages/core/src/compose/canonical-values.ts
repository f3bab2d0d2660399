import { compare } from './canonical-json.js';
import type { Json } from './model.js';
import type { Portable } from './paths.js';
import { scalarText } from './scalar.js';
import { splitWords } from './shell-words.js';
import { formatDuration, parseBytes, parseDuration } from './units.js';

export type Path = readonly (string | number)[];

/** What a canonical form needs to know, and whom it tells what it cannot make one of. */
export interface Canon {
  readonly portable: Portable;
  /** Compose project name: resources that are named by default carry it. */
  readonly project: string;
  /** `expected` says what should stand there. */
  readonly wrong: (path: Path, expected: string) => void;
  readonly unknown: (path: Path) => void;
}

/** Makes the one form of a value; undefined where it says nothing. */
export type Form = (value: Json, path: Path, canon: Canon) => Json | undefined;

export const text: Form = (value, path, canon) => {
  if (typeof value === 'object') return wrong(canon, path, 'a text');
  return scalarText(value);
};

export const nonEmpty: Form = (value, path, canon) => {
  const result = text(value, path, canon);
  return result === '' ? undefined : result;
};

/** A whole number as a number; text that interpolation made is one too. */
export const integer: Form = (value, path, canon) => {
  const number = typeof value === 'string' && /^[-+]?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : wrong(canon, path, 'a whole number');
};

export const integerOrNothing: Form = (value, path, canon) => {
  const number = integer(value, path, canon);
  return number === 0 ? undefined : number;
};

/** A number as text: Compose gives `0.5` and `"0.5"` for the same file. */
export const decimal: Form = (value, path, canon) => {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) return wrong(canon, path, 'a number');
  // Compose 2 keeps `cpus` in 32 bits, so 0.1 comes out as 0.10000000149011612.
  return number === 0 ? undefined : String(Number(Math.fround(number).toPrecision(7)));
};

export const flag: Form = (value, path, canon) => {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (['true', 'yes', 'y', 'on'].includes(word)) return true;
  if (['false', 'no', 'n', 'off'].includes(word)) return false;
  return wrong(canon, path, '`true` or `false`');
};

/** Off is what Compose leaves out. */
export const flagIfOn: Form = (value, path, canon) => (flag(value, path, canon) === true ? true : undefined);

export const duration: Form = (value, path, canon) => {
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
  return parsed === undefined ? wrong(canon, path, 'a duration such as `30s` or `1m30s`') : formatDuration(parsed);
};

export const bytes: Form = (value, path, canon) => {
  const parsed = typeof value === 'number' && Number.isInteger(value) ? String(value) : typeof value === 'string' ? parseBytes(value) : undefined;
  if (parsed === undefined) return wrong(canon, path, 'a size such as `64m` or `1g`');
  return parsed === '0' ? undefined : parsed;
};

export const mode: Form = (value, path, canon) => {
  const number = typeof value === 'string' && /^0?o?[0-7]+$/.test(value) ? parseInt(value.replace('o', ''), 8) : value;
  return typeof number === 'number' && number >= 0 && number <= 0o7777 ? `0${number.toString(8)}` : wrong(canon, path, 'a mode such as `0440`');
};

/** A list of texts in the order given; later doubles are dropped. */
export const texts: Form = (value, path, canon) => {
  const items = asList(value, path, canon);
  if (items === undefined) return undefined;
  const result = items.flatMap((item, index) => {
    const one = text(item, [...path, index], canon);
    return one === undefined ? [] : [one];
  });
  return result.length === 0 ? undefined : [...new Set(result)];
};

/** A list whose order says nothing. */
export const textSet: Form = (value, path, canon) => {
  const result = texts(value, path, canon);
  return result === undefined ? undefined : [...(result as string[])].sort(compare);
};

/** One text, or a list of them. */
export const oneOrMore: Form = (value, path, canon) => texts(typeof value === 'string' ? [value] : value, path, canon);

/** `{ A: 1 }` or `[A=1]` as a map of texts; a value that is not there is empty. */
export const textMap: Form = (value, path, canon) => {
  const entries = asPairs(value, path, canon);
  if (entries === undefined || entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([key, item]): [string, string] => [key, item ?? '']).sort(([a], [b]) => compare(a, b)));
};

/** A command: a list as it is, a text split into words as a shell does. An empty one clears the image's. */
export const command: Form = (value, path, canon) => {
  if (typeof value === 'string') return splitWords(value) ?? wrong(canon, path, 'a command whose quotes are closed');
  if (!Array.isArray(value)) return wrong(canon, path, 'a text or a list of texts');
  return (value as readonly Json[]).map((item, index) => text(item, [...path, index], canon) ?? '');
};

/** A list of one form. */
export function listOf(form: Form): Form {
  return (value, path, canon) => {
    const items = asList(value, path, canon)?.flatMap((item, index) => {
      const one = form(item, [...path, index], canon);
      return one === undefined ? [] : [one];
    });
    return items === undefined || items.length === 0 ? undefined : items;
  };
}

/** A map of known members; those that say nothing are dropped, those that are not known are told. */
export function record(members: Readonly<Record<string, Form>>): Form {
  return (value, path, canon) => {
    if (!isRecord(value)) return wrong(canon, path, 'a map');
    const result: [string, Json][] = [];
    for (const [key, item] of Object.entries(value).sort(([a], [b]) => compare(a, b))) {
      if (item === null || key.startsWith('x-') || key === '#extensions') continue;
      const form = Object.hasOwn(members, key) ? members[key] : undefined;
      if (form === undefined) {
        canon.unknown([...path, key]);
        continue;
      }
      const one = form(item, [...path, key], canon);
      if (one !== undefined) result.push([key, one]);
    }
    return result.length === 0 ? undefined : Object.fromEntries(result);
  };
}

/** Said by Compose, of no effect on an engine without Swarm. */
export const ignored: Form = () => undefined;

export function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Pairs of a map, or of a list of `KEY=value`; undefined values are bare keys. Later ones win. */
export function asPairs(value: Json, path: Path, canon: Canon): readonly (readonly [string, string | undefined])[] | undefined {
  const pairs = new Map<string, string | undefined>();
  if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) pairs.set(key, item === null ? undefined : (text(item, [...path, key], canon) as string | undefined));
  } else if (Array.isArray(value)) {
    (value as readonly Json[]).forEach((item, index) => {
      const one = text(item, [...path, index], canon) as string | undefined;
      if (one === undefined) return;
      const cut = one.indexOf('=');
      pairs.set(cut < 0 ? one : one.slice(0, cut), cut < 0 ? undefined : one.slice(cut + 1));
    });
  } else {
    wrong(canon, path, 'a map or a list of `KEY=value`');
    return undefined;
  }
  return [...pairs];
}

export function wrong(canon: Canon, path: Path, expected: string): undefined {
  canon.wrong(path, expected);
  return undefined;
}

export function asList(value: Json, path: Path, canon: Canon): readonly Json[] | undefined {
  return Array.isArray(value) ? (value as readonly Json[]) : wrong(canon, path, 'a list');
}
