import type { Chosen, Fault, Instant } from './arena.js';

/** Numbers from 0 to 1 that a seed gives (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** What only reads, or is done again until something holds, is no instant of its own. */
const reading = /^(read|look|-)\||\.check|before (cat|mkdir|chmod) |docker (\w+ )?(ps|inspect|logs|version|config)/;

/** Instants between writes, once each, in the order in which they came. */
export function worthwhile(instants: readonly Instant[]): readonly Instant[] {
  return instants.filter(({ key, nth }) => nth === 1 && !reading.test(key));
}

/** What happens at each: in turn the operator dies, and with it the script; a write to journal or cache is torn, too. */
export function crashesAt(instants: readonly Instant[]): readonly Chosen[] {
  return instants.map((instant, index) => {
    const hows: readonly Fault[] = /\|before (sync journal|write )/.test(instant.key) ? ['torn', 'operator', 'tree'] : instant.key.startsWith('operator|') ? ['operator'] : ['operator', 'tree'];
    return { ...instant, how: hows[index % hows.length] ?? 'operator' };
  });
}

/** By the program that makes the call: the calls, and how a full, failing, closed or busy disk answers them. */
const calls: readonly { readonly at: RegExp; readonly calls: string; readonly errors: readonly string[] }[] = [
  { at: /\|before sync /, calls: 'fsync,fdatasync', errors: ['EIO', 'ENOSPC'] },
  { at: /^(?!operator).*\|before mv /, calls: 'rename,renameat,renameat2', errors: ['ENOSPC', 'EACCES', 'EIO'] },
  { at: /^(?!operator).*\|before ln /, calls: 'link,linkat', errors: ['ENOSPC', 'EACCES', 'EIO'] },
  { at: /^(?!operator).*\|before rm /, calls: 'unlink,unlinkat', errors: ['EIO', 'EACCES'] },
  // The journal is written by the shell itself.
  { at: /^(step .*|decide|close|open|take|note .*|phase .*)\|sh$/, calls: 'write', errors: ['ENOSPC', 'EIO'] },
  { at: /^(step .*|decide|close|open|take|note .*|phase .*)\|sh$/, calls: 'openat', errors: ['EMFILE', 'EACCES'] },
  { at: /^upload .*\|before cat $/, calls: 'write', errors: ['ENOSPC', 'EIO'] },
  { at: /^operator\|before open /, calls: 'open', errors: ['EMFILE', 'EACCES', 'ENOSPC'] },
  { at: /^operator\|before write /, calls: 'write', errors: ['ENOSPC', 'EIO'] },
  { at: /^operator\|before fsync /, calls: 'fsync', errors: ['EIO', 'ENOSPC'] },
  { at: /^operator\|before (rename|link) /, calls: 'rename', errors: ['ENOSPC', 'EACCES', 'EIO'] },
  { at: /^operator\|before unlink /, calls: 'unlink', errors: ['EIO', 'EACCES'] },
];

/** System calls that fail, in the operator and in its scripts; errors come in turn. */
export function failuresAt(instants: readonly Instant[]): readonly Chosen[] {
  let turn = 0;
  const first = instants.filter(({ key, nth }) => nth === 1 && !/^(read|look|-)\||\.check/.test(key));
  return first.flatMap((instant) =>
    calls.flatMap(({ at, calls: names, errors }): readonly Chosen[] => {
      if (!at.test(instant.key)) return [];
      turn += 1;
      return [{ ...instant, how: `error:${names}:${errors[turn % errors.length] ?? 'EIO'}` }];
    }),
  );
}

/** Chains of so many points each, every chain in the order in which its points come. */
export function chainsOf<T>(points: readonly T[], length: number): readonly (readonly T[])[] {
  const count = Math.ceil(points.length / length);
  return Array.from({ length: count }, (_, chain) => points.filter((_point, index) => index % count === chain));
}
