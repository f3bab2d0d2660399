import { nearest } from '../config/nearest.js';
import type { ProviderKind } from '../plugin-api/descriptor.js';
import type { ProviderEntry } from './types.js';

/** Names by which packages of each kind are known, so an unknown id leads to the package that would bring it. */
const prefixes: Readonly<Record<ProviderKind, string>> = {
  backend: 'provider',
  ci: 'ci',
  cloud: 'cloud',
  driver: 'cloud',
  frontend: 'provider',
  migration: 'migrate',
  network: 'provider',
  proxy: 'proxy',
  secrets: 'secrets',
};

/** What to say about an id that no plugin brings: the nearest and the known ones, and the package that would. */
export function unknownProvider(kind: ProviderKind, id: string, providers: readonly ProviderEntry[]): { readonly message: string; readonly next: readonly string[] } {
  const known = [...new Set(providers.filter((entry) => entry.kind === kind).map((entry) => entry.id))].sort();
  const meant = nearest(id, known);
  const otherKind = providers.find((entry) => entry.id === id);
  return {
    message: `there is no ${kind} provider \`${id}\`${meant === undefined ? '' : `: did you mean \`${meant}\`?`}${otherKind === undefined ? '' : ` (\`${id}\` of ${otherKind.package} is a ${otherKind.kind} provider)`}`,
    next: [known.length === 0 ? `no plugin brings a ${kind} provider` : `known: ${known.join(', ')}`, ...(meant === undefined ? [`stagecraft plugins install @stagecraft/${prefixes[kind]}-${id}`] : [])],
  };
}
