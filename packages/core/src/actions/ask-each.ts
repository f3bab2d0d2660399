import { fail, isStagecraftError } from '../errors/index.js';
import { isDamaged } from './history.js';
import type { Away, Hosts, OpenHost } from './host.js';
import type { HostAway } from './look-types.js';

export interface Answers<T> {
  /** In the order of the hosts. */
  readonly answers: readonly { readonly host: OpenHost; readonly answer: T }[];
  /** Those that did not answer, by name. */
  readonly away: readonly Away[];
}

/**
 * Asks all hosts the same, side by side. One that does not answer, from the beginning or in the middle of it, holds up none of the others.
 * @throws whatever a host that does answer fails with.
 */
export async function askEach<T>({ hosts, away }: Hosts, question: (host: OpenHost) => Promise<T>): Promise<Answers<T>> {
  const asked = await Promise.all(
    hosts.map(async (host) => {
      try {
        return { host, answer: await question(host) };
      } catch (error) {
        if (!isStagecraftError(error) || error.kind !== 'external' || isDamaged(error)) throw error;
        return { name: host.name, error };
      }
    }),
  );
  const silent = asked.filter((one): one is Away & { readonly error: Error & typeof one.error } => 'name' in one);
  return { answers: asked.filter((one): one is { host: OpenHost; answer: Awaited<T> } => 'host' in one), away: [...away, ...silent].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** The same, where an answer is needed. @throws StagecraftError `external` when no host gave one. */
export async function askSome<T>(hosts: Hosts, question: (host: OpenHost) => Promise<T>): Promise<Answers<T>> {
  const asked = await askEach(hosts, question);
  if (asked.answers.length === 0) throw noneAnswers(asked.away);
  return asked;
}

/** The error of hosts none of which answers, or of those that are needed and do not. */
export function noneAnswers(away: readonly Away[]): Error {
  const [first] = away;
  const reason = messageOf(first?.error);
  return fail({
    code: 'SC5006',
    kind: 'external',
    message: away.length === 1 ? reason : `${away.map(({ name }) => name).join(', ')} cannot be reached: ${reason}`,
    next: isStagecraftError(first?.error) ? first.error.next : ['stagecraft status'],
    cause: first?.error,
  });
}

/** What a result says of hosts that did not answer: nothing where all did. */
export function told(away: readonly Away[]): { readonly away?: readonly HostAway[] } {
  return away.length === 0 ? {} : { away: away.map(({ name, error }) => ({ name, error: messageOf(error) })) };
}

export function messageOf(error: unknown): string {
  return typeof (error as { message?: unknown } | undefined)?.message === 'string' ? (error as Error).message : String(error);
}
