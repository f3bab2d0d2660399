/** Times of one contender in milliseconds, in the order in which they were taken. */
export type Samples = readonly number[];

/**
 * Lets every contender run once a round, in turn, so that a busy moment of the machine meets all of them alike. The first round warms up and does not count.
 * @returns by contender, as many samples as there are rounds.
 */
export async function interleaved<Name extends string>(rounds: number, contenders: Readonly<Record<Name, () => Promise<number>>>, warmUps = 1): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUps; round < rounds; round += 1) {
    // Every other round backwards: who runs first meets colder caches.
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const ms = await contenders[name]();
      if (round >= 0) samples[name].push(ms);
    }
  }
  return samples;
}

/** The middle value, of an even number of values the mean of the two in the middle. @throws Error where there is none. */
export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [lower, upper] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  if (lower === undefined || upper === undefined) throw new Error('there is nothing to take the median of');
  return (lower + upper) / 2;
}

/** How long work takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

export function rounded(samples: Samples): number[] {
  return samples.map((ms) => Math.round(ms * 10) / 10);
}
