import { accessTo } from '../adapters/engine.js';
import { registryBy } from '../adapters/registry.js';
import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { stepStatus } from '../io/catalogue/phases.js';
import { digestOf, registryOf, toBePushed } from '../images/reference.js';
import type { BuiltImage, ImageBuilt } from '../images/build.js';
import { builderOf } from './builder.js';
import { loginsOf, type Logins } from './logins.js';
import { speaker, type Operation } from './open-operation.js';
import { localSocket } from './socket.js';
import { progressTo } from './transfer-progress.js';
import type { Workspace } from './types.js';

/** Pushes what was built and some host lacks, and gives by reference what it is known by in its registry from then on. What a registry has already is not sent again. */
export async function pushBuilt(operation: Operation, desired: Desired, built: Readonly<Record<string, BuiltImage>>, logins: Logins): Promise<Readonly<Record<string, BuiltImage>>> {
  if (desired.driver !== 'ssh') return built;
  const pushed: Record<string, BuiltImage> = {};
  const all = Object.entries(built).filter(([reference]) => toBePushed(reference));
  for (const [index, [reference, image]] of all.entries()) {
    if (await isLacking(operation, image.id)) pushed[reference] = { ...image, digest: await push(operation, image.id, { service: serviceOf(desired, reference), reference, index: index + 1, total: all.length }, logins) };
  }
  return { ...built, ...pushed };
}

/** Pushes what was just built, for whoever deploys it. */
export async function pushImages(ws: Workspace, images: readonly ImageBuilt[]): Promise<void> {
  const logins = loginsOf(ws);
  for (const [index, { reference, services }] of images.entries()) await told(ws, { service: services[0] ?? reference, reference, index: index + 1, total: images.length }, (onBytes) => bring(ws, reference, logins, onBytes));
}

interface Pushed {
  readonly service: string;
  readonly reference: string;
  readonly index: number;
  readonly total: number;
}

function serviceOf(desired: Desired, reference: string): string {
  return desired.services.find((one) => one.image.reference === reference)?.name ?? reference;
}

async function isLacking({ hosts }: Operation, id: string): Promise<boolean> {
  return (await Promise.all(hosts.map((host) => host.containers.image(id)))).includes(undefined);
}

async function push(operation: Operation, id: string, pushed: Pushed, logins: Logins): Promise<string> {
  const { ws, hosts, session, open } = operation;
  const { reference, service } = pushed;
  return told(ws, pushed, async (onBytes) => {
    await bring(ws, reference, logins, onBytes);
    const digest = digestOf(reference, (await builderOf(ws, hosts).image(id))?.digests ?? []);
    if (digest === undefined) throw fail({ code: 'SC4016', kind: 'external', message: `${registryOf(reference)} has ${reference}, but the engine of this machine did not note its digest.`, next: [`docker image inspect ${reference}`] });
    await speaker(operation).store.note(session, { type: 'outcome', operation: open.operation, step: `push/${service}`, status: 'completed', message: digest });
    return digest;
  });
}

/** As a step is told, with how far it is. */
async function told<T>(ws: Workspace, { service, reference, index, total }: Pushed, work: (onBytes: (done: number, of: number) => void) => Promise<T>): Promise<T> {
  const begun = ws.clock.now();
  const tell = (status: 'running' | 'completed' | 'failed', why = `to ${registryOf(reference)}`): void =>
    ws.io.event(stepStatus({ id: `push/${service}`, host: '', service, action: 'image.push', why, status, durationMs: status === 'running' ? 0 : ws.clock.now() - begun, index, total }));
  tell('running');
  try {
    const result = await work(progressTo((how) => tell('running', how)));
    tell('completed');
    return result;
  } catch (error) {
    if (!ws.signal.aborted) tell('failed', (error as Error).message);
    throw error;
  }
}

/** With the config's login, or as whoever logged in on this machine. */
async function bring(ws: Workspace, reference: string, logins: Logins, onBytes: (done: number, of: number) => void): Promise<void> {
  const login = await logins(reference);
  if (login) return registryBy(accessTo(localSocket(ws.processEnv))).push(reference, { login, signal: ws.signal, onBytes });
  const { exitCode, stderr } = await ws.exec.run(['docker', 'push', '--quiet', reference], { signal: ws.signal, timeoutMs: 15 * 60_000 });
  const registry = registryOf(reference);
  if (exitCode !== 0) throw fail({ code: 'SC4013', kind: 'external', message: `${reference} cannot be pushed: ${stderr.trim().split('\n').at(-1) ?? ''}`, next: [`docker login ${registry}`, `or name its user and password in stagecraft.yml: registries: [{ host: ${registry}, username_env: …, password_env: … }]`] });
}
