import { schemaCheck } from '../config/read.js';
import { asScalar, isOpen } from '../config/open.js';
import { isMap, type Path, pathText, put, valueAt } from '../config/path.js';
import { findingsOf, showValue } from '../config/validate.js';
import { isStagecraftError } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Effective } from './effective.js';
import { interpolate } from './interpolate.js';
import { unsetWarning } from './variables.js';

export interface Substituted {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** What was written where a variable, or a flag, gave the value; undefined elsewhere. */
  written(path: Path): unknown;
}

/**
 * Puts variables into every text of the config that the chosen environment sees, makes numbers of texts where the schema wants numbers, and
 * checks the result. Changes `effective.data`. Errors never show what a variable held.
 */
export async function substitute(effective: Effective, variables: Readonly<Record<string, string>>): Promise<Substituted> {
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  const raw = new Map<string, unknown>();
  for (const path of effective.given) raw.set(JSON.stringify(path), valueAt(effective.data, path));

  // The values of `env` are variables themselves, and resolved before; `compose` is, too.
  const section: Path = ['environments', effective.environment];
  const done = [[...section, 'env'], [...section, 'env_file'], ['project', 'compose']].map((path) => JSON.stringify(path));
  const walk = (value: unknown, path: Path): void => {
    const key = JSON.stringify(path);
    if (done.includes(key) || raw.has(key)) return;
    if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (isMap(value)) for (const [name, item] of Object.entries(value)) walk(item, [...path, name]);
    else if (typeof value === 'string' && value.includes('$')) {
      const location = effective.locate(path, 'value');
      raw.set(key, value);
      try {
        put(effective.data, path, interpolate(value, variables, location, { onUnset: (name, at) => warnings.push(unsetWarning(name, at)) }));
      } catch (error) {
        if (!isStagecraftError(error)) throw error;
        errors.push({ severity: 'error', code: error.code, message: `\`${shownPath(path, effective)}\`: ${error.message}`, next: error.next, location });
      }
    }
  };
  walk(effective.data, []);
  const written = (path: Path): unknown => raw.get(JSON.stringify(path));
  if (errors.length > 0) return { errors, warnings, written };

  const check = await schemaCheck();
  const open = (path: Path): boolean => isOpen(valueAt(effective.data, path)) && done.some((key) => JSON.stringify(path).startsWith(key.slice(0, -1)));
  for (const problem of check(effective.data)) {
    const value = valueAt(effective.data, problem.path);
    if (raw.has(JSON.stringify(problem.path)) && typeof value === 'string') put(effective.data, problem.path, asScalar(value, problem.type ?? []));
  }
  const show = (value: unknown, path: Path): string => {
    if (written(path) === undefined) return showValue(value);
    const origin = effective.origin(path);
    return origin.kind === 'file' ? `what ${showValue(written(path))} gives` : `${showValue(written(path))} in ${origin.kind === 'default' ? 'the default' : origin.name}`;
  };
  errors.push(...findingsOf(check(effective.data, { show, later: true }).filter(({ path }) => !open(path)), effective.locate));
  return { errors, warnings, written };
}

/** As the user knows it: `environments.prod.driver` is `driver` to `config show`, and its place says the rest. */
function shownPath(path: Path, effective: Effective): string {
  return pathText(path[0] === 'environments' && path[1] === effective.environment ? path.slice(2) : path);
}
