import { createHash } from 'node:crypto';
import { renderOverlay } from '../compose/overlay.js';
import { renderCompose } from '../compose/render.js';
import { fail } from '../errors/index.js';
import type { SealedPlan } from '../plan/types.js';
import { ensureProjectFolder } from '../protocol/project-folder.js';
import type { KeptSecrets, KeptValues } from '../secrets/kept.js';
import { forReading } from './cache.js';
import { imagesOf } from './close.js';
import type { Gathered } from './gather.js';
import { releaseFile } from './history.js';
import type { OpenHost } from './host.js';
import type { Operation } from './open-operation.js';

export type Values = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Brings a sealed release to every host: mounted files, values, rendered Compose, model, and last the plan. The anchor's plan comes after all others: where it
 * is, every host has what it needs, and the operation can be resumed from anywhere.
 */
export async function putSealed(operation: Operation, plan: SealedPlan, gathered: Pick<Gathered, 'input' | 'values' | 'secrets' | 'uploads'>): Promise<void> {
  const { hosts, anchor, ws } = operation;
  const { values, secrets } = await valuesOf(operation, plan, gathered);
  const composes = new Map(hosts.map((host) => [host.name, renderCompose(plan.desired, host.name)]));
  const rendered = Object.fromEntries([...composes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]));
  const put = (host: OpenHost): Promise<void> => putOn(operation, host, plan, { values, secrets, uploads: gathered.uploads, compose: composes.get(host.name) ?? '', rendered });
  await Promise.all(hosts.filter((host) => host !== anchor).map(put));
  if (anchor) await put(anchor);
  await forReading(ws, 'The rendered Compose file', async () => {
    await ensureProjectFolder(ws.files);
    for (const [name, text] of composes) await ws.files.write(`.stagecraft/rendered/${plan.environment}/${name}/docker-compose.yml`, text);
  });
}

interface Parts {
  readonly values: Values;
  readonly secrets: KeptSecrets;
  readonly uploads: Gathered['uploads'];
  readonly compose: string;
  readonly rendered: Readonly<Record<string, string>>;
}

async function putOn({ session, record }: Operation, host: OpenHost, plan: SealedPlan, { values, secrets, uploads, compose, rendered }: Parts): Promise<void> {
  const overlay = renderOverlay({ desired: plan.desired, host: host.name, values, labels: { release: plan.release, operation: plan.operation, dir: host.scope.dir } });
  await host.store.putFiles(session, uploads);
  const sealed: Readonly<Record<string, string>> = {
    [`secrets/${plan.release}.json`]: JSON.stringify(values),
    [`secrets/${plan.release}.parts.json`]: JSON.stringify(secrets),
    [`secrets/${plan.release}.yml`]: overlay,
    [`releases/${plan.release}/release.json`]: `${JSON.stringify({ ...record, images: imagesOf(plan), rendered })}\n`,
    [`releases/${plan.release}/docker-compose.yml`]: compose,
    [`releases/${plan.release}/model.json`]: `${JSON.stringify(plan.desired)}\n`,
    // Last: where it is, everything that it needs is there.
    [`releases/${plan.release}/plan.json`]: `${JSON.stringify(plan)}\n`,
  };
  await host.store.putInOrder(session, Object.entries(sealed).map(([path, content]) => ({ path, content, mode: 0o600 })));
}

/**
 * The values that belong to the sealed model. A service that is held, or that a filter left out, is sealed as it runs: its values are those of the release that
 * serves, not what the files say now.
 */
async function valuesOf({ hosts, open }: Operation, plan: SealedPlan, gathered: Pick<Gathered, 'input' | 'values' | 'secrets'>): Promise<KeptValues> {
  const asked = new Map(gathered.input.desired.services.map((service) => [service.name, service.valuesDigest]));
  const kept = plan.desired.services.filter((service) => service.valuesDigest !== asked.get(service.name)).map((service) => service.name);
  if (kept.length === 0 || open.prior === undefined) return gathered;
  const before = await readKept(hosts, open.prior);
  const those = <T>(all: Readonly<Record<string, T>>): Readonly<Record<string, T>> => Object.fromEntries(kept.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  const others = Object.fromEntries(Object.entries(gathered.secrets).filter(([name]) => before.values[name] === undefined || !kept.includes(name)));
  return { values: { ...gathered.values, ...those(before.values) }, secrets: { ...others, ...those(before.secrets) } };
}

/** The sealed plan of the operation: by the anchor, or in its absence any host that has it; undefined: it was never sealed. */
export async function readSealed({ anchor, hosts, open }: Operation): Promise<SealedPlan | undefined> {
  const text = await releaseFile(anchor ? [anchor] : hosts, open.release, 'plan.json');
  return text === undefined ? undefined : (JSON.parse(text) as SealedPlan);
}

/** Values of a release, with what of them is made of named secrets. Secret. @throws as `readValues` */
export async function readKept(hosts: readonly OpenHost[], release: string): Promise<KeptValues> {
  const values = await readValues(hosts, release);
  const text = await secretFile(hosts, `${release}.parts.json`);
  return { values, secrets: text === undefined ? {} : (JSON.parse(text) as KeptSecrets) };
}

async function secretFile(hosts: readonly OpenHost[], name: string): Promise<string | undefined> {
  let text: string | undefined;
  for (const host of hosts) text ??= await host.store.readSecret(name);
  return text;
}

/** Values of a release, by any host that has them. Secret. @throws StagecraftError `external` when they are lost. */
export async function readValues(hosts: readonly OpenHost[], release: string): Promise<Values> {
  const text = await secretFile(hosts, `${release}.json`);
  if (text === undefined)
    throw fail({ code: 'SC5012', kind: 'external', message: `The values of ${release} are not on ${hosts.map((host) => host.name).join(', ')} any more: it cannot be run as it was.`, next: ['stagecraft releases list', 'stagecraft deploy'] });
  return JSON.parse(text) as Values;
}
