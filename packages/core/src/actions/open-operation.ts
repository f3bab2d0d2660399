import { fail } from '../errors/index.js';
import type { Step } from '../plan/types.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import type { Away, OpenHost } from './host.js';
import type { Workspace } from './types.js';

/** An operation under the lock: what it is, where it acts, under which session. */
export interface Operation {
  readonly ws: Workspace;
  /** Where it is open and within reach, in order of identity. Their locks are held. */
  readonly hosts: readonly OpenHost[];
  /** Its hosts that cannot be reached. */
  readonly away: readonly Away[];
  /** Its hosts that closed it before whoever began the closing died. */
  readonly closed: readonly OpenHost[];
  /** The host that holds the decision; undefined: it is away. */
  readonly anchor: OpenHost | undefined;
  readonly session: string;
  readonly open: OpenRecord;
  /** As it was written when the operation began: outcome `open`. */
  readonly record: ReleaseRecord;
  readonly begunAt: number;
}

/** The host that speaks for all: the anchor, or in its absence the first that is there. */
export function speaker(operation: Pick<Operation, 'hosts' | 'anchor'>): OpenHost {
  const host = operation.anchor ?? operation.hosts[0];
  if (!host) throw new Error('an operation has a host');
  return host;
}

/** Where a step runs; undefined: not within reach. A step of no host belongs to the anchor. */
export function hostOfStep(operation: Operation, step: Pick<Step, 'host'>): OpenHost | undefined {
  if (step.host === undefined) return operation.anchor;
  const { hosts, open } = operation;
  // The only host of an operation is the one that it began on, whatever the config calls it now.
  return hosts.find((host) => host.name === step.host) ?? (isAlone(open) ? hosts[0] : undefined);
}

/** It has one host, and had no other. */
export function isAlone({ hosts, forgotten }: Pick<OpenRecord, 'hosts' | 'forgotten'>): boolean {
  return hosts.length === 1 && forgotten === undefined;
}

/**
 * Does the same on several hosts, side by side.
 * @param keep errors that are no host's own: thrown at once.
 * @returns by host, what it failed with.
 */
export async function onEach(hosts: readonly OpenHost[], keep: (error: unknown) => boolean, work: (host: OpenHost) => Promise<unknown>): Promise<ReadonlyMap<string, unknown>> {
  const ended = await Promise.allSettled(hosts.map(work));
  const failed = ended.flatMap((end, index): (readonly [string, unknown])[] => (end.status === 'rejected' ? [[hosts[index]?.name ?? '', end.reason]] : []));
  const kept = failed.find(([, error]) => keep(error));
  if (kept) throw kept[1];
  return new Map(failed);
}

/** The same operation, as far as it goes without some of its hosts. */
export function without(operation: Operation, failed: ReadonlyMap<string, unknown>): Operation {
  if (failed.size === 0) return operation;
  const { hosts, anchor, away } = operation;
  return {
    ...operation,
    hosts: hosts.filter((host) => !failed.has(host.name)),
    away: [...away, ...[...failed].map(([name, error]) => ({ name, error }))],
    anchor: anchor && failed.has(anchor.name) ? undefined : anchor,
  };
}

/** What is left to do on hosts that did not come to the end; the operation stays open for them. */
export function owed({ away }: Operation, what: string, next: string, cause?: unknown): Error {
  const sorted = [...away].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.map(({ name }) => name);
  const reasons = sorted.map(({ name, error }) => `${name}: ${messageOf(error)}`);
  return fail({
    code: 'SC3223',
    kind: 'mixed',
    message: `${what}, but not on ${names.join(', ')}: the operation stays open for ${names.length === 1 ? 'it' : 'them'}.${cause === undefined ? '' : ` It failed: ${messageOf(cause)}`}\n${reasons.join('\n')}`,
    next: ['stagecraft status', next],
    cause: cause ?? sorted[0]?.error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error || typeof (error as { message?: unknown } | undefined)?.message === 'string' ? (error as Error).message : String(error);
}
