import type { Finding } from '../plugin-api/failure.js';
import { flaws } from './flaws.js';
import type { ComposeModel } from './model.js';
import { dependencyCircle } from './order.js';

/** Why Compose refuses what our own reader read without complaint, with the place, which Compose rarely tells. */
export function reasonsOf(model: ComposeModel): readonly Finding[] {
  const findings: Finding[] = [...flaws(model)];
  for (const name of Object.keys(model.services)) {
    // Compose says of such a name that the property is not allowed.
    if (!/^[a-zA-Z0-9._-]+$/.test(name)) findings.push({ severity: 'error', code: 'SC1403', message: `\`${name.length > 80 ? `${name.slice(0, 79)}…` : name}\` cannot be the name of a service here`, next: ['use lower-case letters, digits, `-`, `_` and `.`, at most 63, a letter or digit first'], location: model.locate(['services', name]), service: name });
  }
  const circle = dependencyCircle(Object.values(model.services));
  if (circle !== undefined) findings.push({ severity: 'error', code: 'SC1405', message: `services depend on each other in a circle: ${circle.join(' -> ')}`, next: ['take one of them out of `depends_on`'], location: model.locate(['services', circle[0] as string, 'depends_on']) });
  return findings;
}
