import type { ErrorObject } from 'ajv';
import type { JsonSchema } from '../plugin-api/descriptor.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { checkerOf, type CompileOptions } from './checker.js';
import { isLaterKey, isLaterValue } from './later.js';
import { nearest } from './nearest.js';
import { isMap, type Path, pathText, valueAt } from './path.js';

/** Something that does not fit the schema, before it has a place. */
export interface Problem {
  readonly path: Path;
  /** Whether the key or the value is what is wrong. */
  readonly part: 'key' | 'value';
  readonly keyword: string;
  readonly code: string;
  readonly message: string;
  readonly next: readonly string[];
  /** Types that the value may have. */
  readonly type?: readonly string[];
}

export interface CheckOptions {
  /** Fills defaults into `data`. */
  readonly defaults?: boolean;
  /** Put before every path in messages. */
  readonly below?: Path;
  /** How to show a value that was found; default: the value, shortened. */
  readonly show?: (value: unknown, path: Path) => string;
  /** For the config itself: keys and values that come in a later version get words of their own. */
  readonly later?: boolean;
}

/**
 * Makes a check of data against a JSON Schema. It gives every problem at once, in words.
 * @throws what `ajv` throws on a schema that is none.
 */
export async function compile(schema: JsonSchema, options: CompileOptions = {}): Promise<(data: unknown, options?: CheckOptions) => readonly Problem[]> {
  const validate = await checkerOf(schema, options);
  return (data, check = {}) => {
    if (validate(data)) return [];
    const problems: Problem[] = [];
    const said = new Set<string>();
    const errors = validate.errors ?? [];
    const mistyped = new Set(errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath));
    for (const error of errors) {
      if (problems.length >= most) break;
      // What has the wrong type breaks its other rules as well.
      if (error.keyword !== 'type' && error.propertyName === undefined && mistyped.has(error.instancePath)) continue;
      const problem = inWords(error, data, check);
      // A value that breaks two rules of one description (`pattern` and `type` of a list's item) is one problem.
      const identity = problem && JSON.stringify([problem.path, problem.part, problem.message]);
      if (problem === undefined || said.has(identity as string)) continue;
      said.add(identity as string);
      problems.push(problem);
    }
    return problems;
  };
}

// Nobody corrects more at once, and putting a hundred thousand into words takes seconds.
const most = 500;

/** Gives problems their places, sorted by them. */
export function findingsOf(problems: readonly Problem[], locate: (path: Path, part: 'key' | 'value') => Location): Finding[] {
  return sortFindings(problems.map(({ code, message, next, path, part }) => ({ severity: 'error', code, message, next, location: locate(path, part) })));
}

export function sortFindings(findings: readonly Finding[]): Finding[] {
  const place = ({ location }: Finding): readonly [string, number, number] => [location?.file ?? '', location?.line ?? 0, location?.column ?? 0];
  return [...findings].sort((a, b) => {
    const [fileA, lineA, columnA] = place(a);
    const [fileB, lineB, columnB] = place(b);
    return compare(fileA, fileB) || lineA - lineB || columnA - columnB || compare(a.code, b.code) || compare(a.message, b.message);
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function inWords(error: ErrorObject, data: unknown, options: CheckOptions): Problem | undefined {
  const path = pathOf(error.instancePath, data);
  const parent = (error.parentSchema ?? {}) as JsonSchema;
  const found = error.data;
  const shown = (at: Path): string => pathText([...(options.below ?? []), ...at]) || 'the file as a whole';
  const show = (value: unknown): string => (options.show ?? showValue)(value, path);
  const problem = (part: 'key' | 'value', code: string, message: string, next: readonly string[] = [], at: Path = path): Problem => ({ path: at, part, keyword: error.keyword, code, message, next: next.length > 0 ? next : ['correct it, then: stagecraft config validate'] });

  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty']);
      const at = [...path, key];
      if (options.later === true && isLaterKey(path, key)) return problem('key', 'SC1022', `\`${shown(at)}\` is not supported by this version yet`, ['remove it; nothing here would carry it out'], at);
      const known = Object.keys((parent['properties'] as JsonSchema | undefined) ?? {}).sort();
      const meant = nearest(key, known);
      return problem('key', 'SC1021', `unknown key \`${shown(at)}\`${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`, known.length === 0 ? ['remove it'] : [`known here: ${known.join(', ')}`], at);
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      return problem('key', 'SC1023', `\`${shown([...path, key])}\` is missing${describe(parent, key)}`, [`add \`${key}:\`${path.length === 0 ? '' : ` below \`${shown(path)}\``}`], path);
    }
    case 'propertyNames':
      // The rule that the name breaks is reported beside this one.
      return undefined;
    case 'const':
    case 'enum': {
      const values = (error.keyword === 'const' ? [error.params['allowedValue']] : (error.params['allowedValues'] as unknown[])).map(String);
      if (options.later === true && isLaterValue(path, found)) return problem('value', 'SC1022', `\`${shown(path)}: ${String(found)}\` is not supported by this version yet`, [`write ${either(values)}`]);
      const meant = typeof found === 'string' ? nearest(found, values) : undefined;
      return problem('value', 'SC1024', `\`${shown(path)}\`: expected ${either(values)}, found ${show(found)}${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`);
    }
    case 'type': {
      const types = [error.params['type']].flat() as readonly string[];
      const duration = typeof found === 'number' && String(parent['x-expected'] ?? '').startsWith('a duration') ? [`write the unit: ${found}s`] : [];
      return { ...problem('value', 'SC1020', `\`${shown(path)}\`: expected ${expected(parent, types)}, found ${show(found)}`, duration), type: types };
    }
    case 'uniqueItems':
      return problem('value', 'SC1025', `\`${shown([...path, Number(error.params['i'])])}\` stands in the list a second time`, ['keep one of them'], [...path, Math.max(Number(error.params['i']), Number(error.params['j']))]);
    case 'minItems':
    case 'minProperties':
      return problem('value', 'SC1025', `\`${shown(path)}\` is empty: expected at least ${String(error.params['limit'])}`, ['add one, or remove the key']);
    default: {
      if (error.propertyName !== undefined) {
        const at = [...path, error.propertyName];
        return problem('key', 'SC1026', `\`${shown(at)}\`: as a name here, expected ${expected(parent, [])}`, [], at);
      }
      const words = typeof parent['x-expected'] === 'string' ? parent['x-expected'] : undefined;
      return { ...problem('value', 'SC1024', `\`${shown(path)}\`: ${words === undefined ? limitInWords(error) : `expected ${words}`}, found ${show(found)}`), type: [parent['type'] ?? []].flat() as string[] };
    }
  }
}

/** A rule of a provider's schema that has no words of its own. */
function limitInWords({ keyword, params, message }: ErrorObject): string {
  const limit = String(params['limit']);
  if (keyword === 'minimum') return `expected ${limit} or more`;
  if (keyword === 'maximum') return `expected ${limit} or less`;
  if (keyword === 'minLength') return limit === '1' ? 'expected some text' : `expected at least ${limit} characters`;
  if (keyword === 'maxLength') return `expected at most ${limit} characters`;
  if (keyword === 'pattern') return `expected text of the form ${String(params['pattern'])}`;
  return message ?? 'does not fit';
}

function describe(schema: JsonSchema, key: string): string {
  const property = ((schema['properties'] as JsonSchema | undefined) ?? {})[key] as JsonSchema | undefined;
  if (property === undefined) return '';
  if ('const' in property) return `: expected ${String(property['const'])}`;
  return `: expected ${expected(property, [property['type'] ?? []].flat() as string[])}`;
}

const typeWords: Readonly<Record<string, string>> = { object: 'a map', array: 'a list', string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false', null: 'nothing' };

function expected(schema: JsonSchema, types: readonly string[]): string {
  if (typeof schema['x-expected'] === 'string') return schema['x-expected'];
  if (Array.isArray(schema['enum'])) return either(schema['enum'].map(String));
  return types.filter((type) => type !== 'null').map((type) => typeWords[type] ?? type).join(' or ') || 'another value';
}

function either(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? 'another value') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

export function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value !== 'string') return String(value);
  const short = value.length > 48 ? `${value.slice(0, 47)}…` : value;
  // Control characters and those that turn the writing direction would garble a terminal.
  return JSON.stringify(short).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A JSON pointer as a path; whether a number is an index or a name, the data says. */
function pathOf(pointer: string, data: unknown): Path {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAt(data, path)) ? Number(name) : name);
  }
  return path;
}
