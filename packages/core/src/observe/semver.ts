import semver from 'semver';

/** Statically re-exported: the package is CommonJS. */
export const { coerce, gte } = semver;
