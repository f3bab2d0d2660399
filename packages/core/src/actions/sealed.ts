import { createHash } from 'node:crypto';
import { renderOverlay } from '../compose/overlay.js';
import { renderCompose } from '../compose/render.js';
import { fail } from '../errors/index.js';
import type { SealedPlan } from '../plan/types.js';
import { ensureProjectFolder } from '../protocol/project-folder.js';
import { imagesOf } from './close.js';
import type { Gathered } from './gather.js';
import type { OpenHost } from './host.js';
import type { Operation } from './open-operation.js';

export type Values = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Brings a sealed release to the host: mounted files, values, rendered Compose, model, and last the plan. With the plan there it can be resumed from anywhere. */
export async function putSealed(operation: Operation, plan: SealedPlan, gathered: Pick<Gathered, 'input' | 'values' | 'uploads'>): Promise<void> {
  const { host, session, record, ws } = operation;
  const compose = renderCompose(plan.desired, host.name);
  const values = await valuesOf(operation, plan, gathered);
  const overlay = renderOverlay({ desired: plan.desired, host: host.name, values, labels: { release: plan.release, operation: plan.operation, dir: host.scope.dir } });
  await host.store.putFiles(session, gathered.uploads);
  const sealed: Readonly<Record<string, string>> = {
    [`secrets/${plan.release}.json`]: JSON.stringify(values),
    [`secrets/${plan.release}.yml`]: overlay,
    [`releases/${plan.release}/release.json`]: `${JSON.stringify({ ...record, images: imagesOf(plan), rendered: { [host.name]: createHash('sha256').update(compose).digest('hex') } })}\n`,
    [`releases/${plan.release}/docker-compose.yml`]: compose,
    [`releases/${plan.release}/model.json`]: `${JSON.stringify(plan.desired)}\n`,
    // Last: where it is, everything that it needs is there.
    [`releases/${plan.release}/plan.json`]: `${JSON.stringify(plan)}\n`,
  };
  await host.store.putInOrder(session, Object.entries(sealed).map(([path, content]) => ({ path, content, mode: 0o600 })));
  await ensureProjectFolder(ws.files);
  await ws.files.write(`.stagecraft/rendered/${plan.environment}/${host.name}/docker-compose.yml`, compose);
}

/**
 * The values that belong to the sealed model. A service that is held, or that a filter left out, is sealed as it runs: its values are those of the release that
 * serves, not what the files say now.
 */
async function valuesOf({ host, open }: Operation, plan: SealedPlan, gathered: Pick<Gathered, 'input' | 'values'>): Promise<Values> {
  const asked = new Map(gathered.input.desired.services.map((service) => [service.name, service.valuesDigest]));
  const kept = plan.desired.services.filter((service) => service.valuesDigest !== asked.get(service.name)).map((service) => service.name);
  if (kept.length === 0 || open.prior === undefined) return gathered.values;
  const before = await readValues(host, open.prior);
  return { ...gathered.values, ...Object.fromEntries(kept.flatMap((name) => (before[name] ? [[name, before[name]]] : []))) };
}

/** The sealed plan of a release, as the host has it; undefined: it was never sealed. */
export async function readSealed(host: OpenHost, release: string): Promise<SealedPlan | undefined> {
  const text = await host.store.readReleaseFile(release, 'plan.json');
  return text === undefined ? undefined : (JSON.parse(text) as SealedPlan);
}

/** Values of a release. Secret. @throws StagecraftError `external` when the host lost them. */
export async function readValues(host: OpenHost, release: string): Promise<Values> {
  const text = await host.store.readSecret(`${release}.json`);
  if (text === undefined)
    throw fail({ code: 'SC5012', kind: 'external', message: `The values of ${release} are not on ${host.name} any more: it cannot be run as it was.`, next: ['stagecraft releases list', 'stagecraft deploy'] });
  return JSON.parse(text) as Values;
}
