import { modelDifferences, type ModelValues } from '../compose/model-diff.js';
import { openHost, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { findRelease } from './releases.js';
import { readModel } from './serving-model.js';
import type { ReleasesDiff, Workspace } from './types.js';

/** What the second of two sealed releases says otherwise than the first. Values of variables are compared and never told. */
export async function diffReleases(ws: Workspace, a: string, b: string): Promise<ReleasesDiff> {
  const identity = await identify(ws);
  const host = await openHost(ws, identity);
  const releases = await host.store.history();
  const [from, to] = [findRelease(releases, a, identity), findRelease(releases, b, identity)];
  const [before, after, valuesBefore, valuesAfter] = await Promise.all([readModel([host], from.id), readModel([host], to.id), valuesOf(host, from.id), valuesOf(host, to.id)]);
  const differences = modelDifferences(before, after, { ...(valuesBefore ? { a: valuesBefore } : {}), ...(valuesAfter ? { b: valuesAfter } : {}) });
  return { from, to, differences };
}

async function valuesOf(host: OpenHost, release: string): Promise<ModelValues | undefined> {
  const text = await host.store.readSecret(`${release}.json`);
  return text === undefined ? undefined : (JSON.parse(text) as ModelValues);
}
