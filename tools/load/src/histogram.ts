export interface Histogram {
  add(ms: number): void;
  /** The value below which this share of the values lies, within 2 percent; 0 where there are none. */
  quantile(share: number): number;
}

/** Latencies in buckets that grow by 2 percent: small, whatever the number of requests. */
export function createHistogram(): Histogram {
  const least = 0.1;
  const growth = Math.log(1.02);
  const buckets = new Uint32Array(1024);
  let count = 0;
  return {
    add(ms) {
      const bucket = Math.min(Math.max(Math.ceil(Math.log(ms / least) / growth), 0), buckets.length - 1);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      count += 1;
    },
    quantile(share) {
      let below = 0;
      for (const [bucket, inIt] of buckets.entries()) {
        below += inIt;
        if (count > 0 && below >= share * count) return Math.round(least * Math.exp(bucket * growth) * 100) / 100;
      }
      return 0;
    },
  };
}
