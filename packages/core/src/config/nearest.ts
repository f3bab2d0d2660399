import { distance } from 'fastest-levenshtein';

/** The known name that someone who wrote `name` most likely meant; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  // A long name is no slip of the fingers, and the distance costs the product of the lengths.
  if (name.length > 64) return undefined;
  const wanted = plain(name);
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly name: string; readonly away: number } | undefined;
  for (const candidate of [...known].sort()) {
    // Two letters that changed places are one slip.
    const away = sameLetters(wanted, plain(candidate)) ? 1 : distance(wanted, plain(candidate));
    if (away <= allowed && away < (best?.away ?? Infinity)) best = { name: candidate, away };
  }
  return best?.name;
}

/** `healthTimeout`, `health-timeout` and `HEALTH_TIMEOUT` are one name in three styles. */
function plain(name: string): string {
  return name.replace(/[-_\s]/g, '').toLowerCase();
}

function sameLetters(a: string, b: string): boolean {
  return a !== b && a.length === b.length && [...a].sort().join('') === [...b].sort().join('');
}
