/** A dotted version as its leading numbers. */
export type Version = readonly [major: number, minor: number, patch: number];

/** The oldest engine the product supports. */
export const OLDEST_ENGINE: Version = [24, 0, 0];
/** The oldest Compose the product supports. */
export const OLDEST_COMPOSE: Version = [2, 20, 0];

/**
 * The version in what a tool or a package list says: `v2.26.1-4`, `26.1.5+dfsg1-9`, `5:28.1`, `Docker Compose version 2.20.3`.
 * An epoch is no part of it. `undefined` where there is none.
 */
export function parseVersion(text: string): Version | undefined {
  const match = /(?:^|[^\d.])(\d+)\.(\d+)(?:\.(\d+))?/.exec(text.replace(/^\s*\d+:/, ''));
  if (!match) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function atLeast(version: Version | undefined, oldest: Version): boolean {
  if (!version) return false;
  for (const [place, wanted] of oldest.entries()) {
    const had = version[place] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return true;
}

export function versionText(version: Version): string {
  return version.join('.');
}
