import { fail } from '../errors/index.js';
import type { ProviderKind } from '../plugin-api/descriptor.js';
import type { ProviderEntry } from './types.js';
import { unknownProvider } from './unknown.js';

/** Providers of one kind, by id. */
export interface Registry {
  readonly kind: ProviderKind;
  /** Ids that can be used, in lexical order. */
  readonly ids: readonly string[];
  /**
   * @throws StagecraftError `user`: SC1201 an unknown id, with the known ones and the package that would bring it; SC1202 one that cannot be used,
   * with the reason.
   */
  get(id: string): ProviderEntry;
}

/**
 * A registry of entries of one kind; every kind has the same.
 * @throws StagecraftError `user`: SC1203 an empty id, or two usable entries with one id.
 */
export function createRegistry(kind: ProviderKind, entries: readonly ProviderEntry[]): Registry {
  const byId = new Map<string, ProviderEntry>();
  for (const entry of entries) {
    if (entry.id === '') throw fail({ code: 'SC1203', kind: 'user', message: `${entry.package} brings a ${kind} provider with an empty id`, next: [`stagecraft plugins uninstall ${entry.package}`] });
    const before = byId.get(entry.id);
    if (before !== undefined && before.unusable === undefined && entry.unusable === undefined) {
      throw fail({
        code: 'SC1203',
        kind: 'user',
        message: `${before.package} and ${entry.package} both bring the ${kind} provider \`${entry.id}\``,
        next: [before.package, entry.package].sort().map((name) => `stagecraft plugins uninstall ${name}`),
      });
    }
    if (before === undefined || before.unusable !== undefined) byId.set(entry.id, entry);
  }
  return {
    kind,
    ids: [...byId.values()].filter((entry) => entry.unusable === undefined).map((entry) => entry.id).sort(),
    get(id) {
      const entry = byId.get(id);
      if (entry === undefined) throw fail({ code: 'SC1201', kind: 'user', ...unknownProvider(kind, id, entries) });
      if (entry.unusable !== undefined) {
        throw fail({ code: 'SC1202', kind: 'user', message: `the ${kind} provider \`${id}\` of ${entry.package}@${entry.version} cannot be used: ${entry.unusable}`, next: ['stagecraft plugins update', 'stagecraft plugins'] });
      }
      return entry;
    },
  };
}
