/** A line of `--json-events`. */
export interface Told {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly code: string;
  readonly data: { readonly action?: string; readonly status?: string; readonly ms?: number };
}

export function parseEvents(ndjson: string): readonly Told[] {
  return ndjson.split('\n').flatMap((line) => {
    if (line === '') return [];
    const { at, code, data } = JSON.parse(line) as { at: string; code: string; data: Told['data'] };
    return [{ at: Date.parse(at), code, data }];
  });
}

/** How long the proxy took from the first question until it listed the new containers, in milliseconds; undefined where it was not asked. */
export function askedToListed(told: readonly Told[]): number | undefined {
  return told.find(({ code }) => code === 'SC4250')?.data.ms;
}

/**
 * From the moment when the new containers were known to be healthy to the one when the proxy said that it leads to them, in milliseconds.
 * @throws Error where one of the two was not told
 */
export function healthyToAcknowledged(told: readonly Told[]): number {
  const end = (action: string): number => {
    const found = told.find(({ code, data }) => code === 'SC3202' && data.action === action && data.status === 'completed');
    if (found === undefined) throw new Error(`the deploy did not tell the end of ${action}`);
    return found.at;
  };
  return end('route.admit') - end('container.gate');
}
