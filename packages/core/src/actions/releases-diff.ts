import { mergedHistory } from '../protocol/history.js';
import { modelDifferences, type ModelValues } from '../compose/model-diff.js';
import { askSome, told } from './ask-each.js';
import { lookPatienceMs, openHosts, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { findRelease } from './releases.js';
import { readModel } from './serving-model.js';
import type { ReleasesDiff, Workspace } from './types.js';

/** What the second of two sealed releases says otherwise than the first. Values of variables are compared and never told. */
export async function diffReleases(ws: Workspace, a: string, b: string): Promise<ReleasesDiff> {
  const identity = await identify(ws);
  const { answers, away } = await askSome(await openHosts(ws, identity, lookPatienceMs), ({ store }) => store.history());
  const releases = mergedHistory(answers.map(({ answer }) => answer));
  const hosts = answers.map(({ host }) => host);
  const [from, to] = [findRelease(releases, a, identity), findRelease(releases, b, identity)];
  const [before, after, valuesBefore, valuesAfter] = await Promise.all([readModel(hosts, from.id), readModel(hosts, to.id), valuesOf(hosts, from.id), valuesOf(hosts, to.id)]);
  const differences = modelDifferences(before, after, { ...(valuesBefore ? { a: valuesBefore } : {}), ...(valuesAfter ? { b: valuesAfter } : {}) });
  return { from, to, differences, ...told(away) };
}

async function valuesOf(hosts: readonly OpenHost[], release: string): Promise<ModelValues | undefined> {
  const text = (await Promise.all(hosts.map((host) => host.store.readSecret(`${release}.json`)))).find((found) => found !== undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ModelValues);
}
