import type { DesiredService } from '../compose/model.js';
import type { Found } from './found.js';

/** How services are compared: by our own digest, never by Compose's. */
export interface Digests {
  serviceDigest(service: DesiredService): string;
  /** What differs, as in `image`, `environment`, `definition.command`. */
  differences(a: DesiredService, b: DesiredService): readonly string[];
}

export interface Comparison {
  readonly state: 'same' | 'different' | 'unknown';
  /** Sorted; for `unknown`: what only a build, a pull or the host can tell. */
  readonly differs: readonly string[];
}

const same: Comparison = { state: 'same', differs: [] };

/**
 * Compares containers with what is wanted. Before build and push the digest of what is wanted may be unknown: then the model of the
 * serving release, from which the container was made, is compared instead, and what remains open is said.
 * @param sealed images and values are fixed: nothing is unknown.
 */
export function comparator(digests: Digests, wanted: DesiredService, serving: DesiredService | undefined, sealed: boolean): (found: Found) => Comparison {
  const open = sealed ? [] : openParts(wanted);
  const wantedDigest = open.length === 0 ? digests.serviceDigest(wanted) : undefined;
  const servingDigest = serving && digests.serviceDigest(serving);
  const sinceServing = serving ? servingComparison(digests, serving, wanted, open, wantedDigest !== undefined && wantedDigest === servingDigest) : undefined;

  return (found) => {
    if (found.assumed) return sinceServing ?? { state: 'unknown', differs: ['release'] };
    if (found.digest === undefined) return { state: 'different', differs: ['origin'] };
    if (wantedDigest !== undefined && found.digest === wantedDigest) return same;
    if (found.digest === servingDigest && sinceServing) return sinceServing;
    return { state: 'different', differs: ['release'] };
  };
}

/** The same comparison, of two models. */
function servingComparison(digests: Digests, serving: DesiredService, wanted: DesiredService, open: readonly string[], equal: boolean): Comparison {
  if (equal) return same;
  const differs = knownDifferences(digests, serving, wanted);
  if (differs.length > 0) return { state: 'different', differs };
  return open.length > 0 ? { state: 'unknown', differs: open } : { state: 'different', differs: ['definition'] };
}

/** What of the wanted service is not known yet: `build`, `pull`, `values`. */
export function openParts(wanted: DesiredService): readonly string[] {
  const image = wanted.image.id === undefined ? [wanted.build ? 'build' : 'pull'] : [];
  const values = wanted.valuesDigest === undefined && wanted.variables.length > 0 ? ['values'] : [];
  return [...image, ...values];
}

/** What differs for certain, whatever a build or the values turn out to be. */
function knownDifferences(digests: Digests, serving: DesiredService, wanted: DesiredService): readonly string[] {
  const sameVariables = serving.variables.join('\n') === wanted.variables.join('\n');
  const otherImage = (wanted.build === undefined) !== (serving.build === undefined) || (!wanted.build && wanted.image.reference !== serving.image.reference);
  const image = wanted.image.id !== undefined ? wanted.image : serving.image;
  const { valuesDigest, ...rest } = wanted;
  const values = valuesDigest ?? serving.valuesDigest;
  const assumed: DesiredService = { ...rest, image, ...(values === undefined ? {} : { valuesDigest: values }) };
  const certain = [...(otherImage && wanted.image.id === undefined ? ['image'] : []), ...(sameVariables ? [] : ['environment'])];
  return [...new Set([...digests.differences(serving, assumed), ...certain])].sort();
}
