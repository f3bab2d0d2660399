import { fail } from '../errors/index.js';
import type { Location } from '../plugin-api/location.js';

export type Variables = Readonly<Record<string, string>>;

export interface InterpolateOptions {
  /** Told each name that is used without a default and has no value: it became an empty string. */
  readonly onUnset?: (name: string, at: Location) => void;
}

// Deeper nesting than this is an attack or a slip; without a cap a long chain would exhaust the stack.
const deepest = 32;

/**
 * Puts variables into a text the way Compose does: `$VAR`, `${VAR}`, `${VAR:-d}`, `${VAR-d}`, `${VAR:?m}`, `${VAR?m}`,
 * `${VAR:+x}`, `${VAR+x}`, where default, message and replacement may hold more of them; `$$` is a dollar.
 * @param at the place of the text, for errors.
 * @throws StagecraftError `user`: SC1101 on a wrong form, SC1102 on a required variable without a value.
 */
export function interpolate(text: string, variables: Variables, at: Location, options: InterpolateOptions = {}): string {
  return expand(text, { variables, at, options }, 0);
}

/** Names that a text mentions as variables, sorted. `$$NAME` is no mention. */
export function mentionedNames(text: string): readonly string[] {
  const names = new Set<string>();
  for (const match of text.matchAll(/\$(?:\$|\{?([A-Za-z_][A-Za-z0-9_]*))/g)) if (match[1] !== undefined) names.add(match[1]);
  return [...names].sort();
}

interface Scope {
  readonly variables: Variables;
  readonly at: Location;
  readonly options: InterpolateOptions;
}

function expand(text: string, scope: Scope, depth: number): string {
  if (depth > deepest) throw tooDeep(scope);
  let result = '';
  let position = 0;
  while (position < text.length) {
    const dollar = text.indexOf('$', position);
    if (dollar < 0) return result + text.slice(position);
    result += text.slice(position, dollar);
    const after = text[dollar + 1];
    if (after === '$') {
      result += '$';
      position = dollar + 2;
    } else if (after === '{') {
      const end = closingBrace(text, dollar, scope);
      if (end < 0) throw wrongForm(text, dollar, scope, 'the closing brace is missing');
      result += braced(text, dollar, end, scope, depth);
      position = end + 1;
    } else {
      const name = nameAt(text, dollar + 1);
      if (name === '') throw wrongForm(text, dollar, scope, 'a name must follow the dollar');
      result += valueOf(name, scope) ?? unset(name, scope);
      position = dollar + 1 + name.length;
    }
  }
  return result;
}

function braced(text: string, start: number, end: number, scope: Scope, depth: number): string {
  const name = nameAt(text, start + 2);
  if (name === '') throw wrongForm(text, start, scope, 'a name must follow the brace');
  const rest = text.slice(start + 2 + name.length, end);
  const value = valueOf(name, scope);
  if (rest === '') return value ?? unset(name, scope);

  const operator = /^:?[-?+]/.exec(rest)?.[0];
  if (operator === undefined) throw wrongForm(text, start, scope, `after the name comes \`}\`, \`:-\`, \`:?\` or \`:+\`, not \`${rest[0]}\``);
  const word = rest.slice(operator.length);
  const present = value !== undefined && (operator.length === 1 || value !== '');
  if (operator.endsWith('+')) return present ? expand(word, scope, depth + 1) : '';
  if (present) return value;
  if (operator.endsWith('-')) return expand(word, scope, depth + 1);
  throw missing(name, value === undefined ? 'is not set' : 'is empty', expand(word, scope, depth + 1), scope);
}

/** The brace that closes the one at `start + 1`; only `${` opens another, as in Compose. */
function closingBrace(text: string, start: number, scope: Scope): number {
  let open = 0;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '$' && text[index + 1] === '{') {
      open += 1;
      index += 1;
      if (open > deepest + 1) throw tooDeep(scope);
    } else if (text[index] === '}') {
      open -= 1;
      if (open === 0) return index;
    }
  }
  return -1;
}

function tooDeep(scope: Scope): Error {
  return fail({ code: 'SC1103', kind: 'user', message: `variables are nested more than ${deepest} deep`, next: ['give the inner default a variable of its own'], location: scope.at });
}

const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y;

function nameAt(text: string, index: number): string {
  namePattern.lastIndex = index;
  return namePattern.exec(text)?.[0] ?? '';
}

function valueOf(name: string, scope: Scope): string | undefined {
  return Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined;
}

function unset(name: string, scope: Scope): string {
  scope.options.onUnset?.(name, scope.at);
  return '';
}

function missing(name: string, how: string, message: string, scope: Scope): Error {
  return fail({
    code: 'SC1102',
    kind: 'user',
    message: `variable \`${name}\` ${how}${message === '' ? '' : `: ${message}`}`,
    next: [`set ${name} in the environment's \`env\`, in its \`env_file\`, in .env or in your shell`],
    location: scope.at,
  });
}

function wrongForm(text: string, start: number, scope: Scope, why: string): Error {
  const shown = text.slice(start, start + 24).split('\n')[0] ?? '';
  return fail({
    code: 'SC1101',
    kind: 'user',
    message: `\`${shown}${text.length - start > shown.length ? '…' : ''}\` is not a variable: ${why}`,
    next: ['write `${NAME}` or `${NAME:-default}`; a plain dollar is written `$$`'],
    location: scope.at,
  });
}
