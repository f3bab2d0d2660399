import { differences, serviceDigest, unknownDigest } from '../compose/digest.js';
import type { DesiredService } from '../compose/model.js';
import type { Found } from './found.js';

export interface Comparison {
  readonly state: 'same' | 'different' | 'unknown';
  /** Sorted, as in `image`, `environment`, `definition.command`; for `unknown`: what only a build, a pull or the host can tell. */
  readonly differs: readonly string[];
}

const same: Comparison = { state: 'same', differs: [] };

/**
 * Compares containers with what is wanted, by our own digest of it. Before build and push that digest may be unknown: then the model of the serving
 * release, from which the container was made, is compared instead, and what remains open is said.
 * @param sealed images and values are fixed: nothing is unknown.
 */
export function comparator(wanted: DesiredService, serving: DesiredService | undefined, sealed: boolean): (found: Found) => Comparison {
  const wantedDigest = serviceDigest(wanted);
  const servingDigest = serving && serviceDigest(serving);
  const open = sealed || wantedDigest !== undefined ? [] : openParts(wanted);
  const sinceServing = serving && servingComparison(serving, wanted, open, wantedDigest !== undefined && wantedDigest === servingDigest);

  return (found) => {
    if (found.assumed) return sinceServing ?? { state: 'unknown', differs: ['release'] };
    if (found.digest === undefined) return { state: 'different', differs: ['origin'] };
    if (wantedDigest !== undefined && found.digest === wantedDigest) return same;
    if (sinceServing && found.digest === servingDigest) return sinceServing;
    return { state: 'different', differs: ['release'] };
  };
}

/** What a job would run now, against what it ran for the serving release. */
export function compareModels(wanted: DesiredService, serving: DesiredService, sealed: boolean): Comparison {
  const digest = serviceDigest(wanted);
  return servingComparison(serving, wanted, sealed || digest !== undefined ? [] : openParts(wanted), digest !== undefined && digest === serviceDigest(serving));
}

function servingComparison(serving: DesiredService, wanted: DesiredService, open: readonly string[], equal: boolean): Comparison {
  if (equal) return same;
  // An image that is built now and was not, or the other way round, is another one whatever its id.
  const otherOrigin = wanted.image.id === undefined && (wanted.build === undefined) !== (serving.build === undefined);
  const differs = [...new Set([...differences(serving, wanted), ...(otherOrigin ? ['image'] : [])])].sort();
  if (differs.length > 0) return { state: 'different', differs };
  return open.length > 0 ? { state: 'unknown', differs: open } : { state: 'different', differs: ['definition'] };
}

/** What of the wanted service is not known yet: `build`, `pull`, `values`. */
function openParts(wanted: DesiredService): readonly string[] {
  const image = wanted.image.id === undefined ? [wanted.build ? 'build' : 'pull'] : [];
  const values = (wanted.valuesDigest === undefined && wanted.variables.length > 0) || wanted.files.some((file) => file.digest === unknownDigest);
  return [...image, ...(values ? ['values'] : [])];
}
