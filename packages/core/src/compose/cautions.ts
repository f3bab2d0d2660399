import type { Finding } from '../plugin-api/failure.js';
import type { Assembled } from './assemble.js';
import type { Sources } from './sources.js';

/** placeholder */
export function cautions(own: Assembled, _sources: Sources, _model: unknown, _secretNames: readonly string[]): readonly Finding[] {
  return [...own.unset].map(([name, location]): Finding => ({ severity: 'warning', code: 'SC1311', message: `the variable \`${name}\` is not set: it is empty`, next: [`set ${name}, or give it a default: \${${name}:-default}`], location }));
}
