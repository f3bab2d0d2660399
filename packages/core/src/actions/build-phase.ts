import type { BuildInputs } from '../compose/build-inputs.js';
import type { Desired, DesiredService } from '../compose/model.js';
import { buildImage, builds, type BuildChoices, type Builder, type ImageBuilt } from '../images/build.js';
import { phaseStatus, stepOutput, stepStatus } from '../io/catalogue/phases.js';
import type { Event } from '../plugin-api/event.js';
import { loadProvider } from '../providers/load.js';
import type { ProviderIndex } from '../providers/index-providers.js';
import type { Note } from '../phases/types.js';
import { secretText } from '../secrets/secret-text.js';
import { providerContext } from '../providers/context.js';
import type { Workspace } from './types.js';

/** Where builds are told: the journal of the anchor, when there is an operation. */
export type Journal = (note: Omit<Note, 'operation'>) => Promise<void>;

/**
 * Builds every image of the model, two at a time, and gives their ids by reference. The first failure ends the phase after what runs beside it.
 * @throws StagecraftError of the provider's kind
 */
export async function buildPhase(ws: Workspace, containers: Builder['containers'], index: ProviderIndex, { desired, inputs }: { readonly desired: Desired; readonly inputs: Builder['inputs'] }, choices: BuildChoices, journal: Journal, only?: readonly string[]): Promise<readonly ImageBuilt[]> {
  const wanted = builds(desired).filter((service) => !only || only.some((name) => service.build?.services.includes(name)));
  if (wanted.length === 0) return [];
  const tell = async (status: 'running' | 'completed' | 'failed'): Promise<void> => {
    await journal({ type: 'phase', phase: 'build', status });
    ws.io.event(phaseStatus({ phase: 'build', status, steps: wanted.length }));
  };
  await tell('running');
  ws.io.hide?.(await buildSecretTexts(ws, wanted.flatMap((service) => inputs[service.name]?.secrets ?? [])));
  const builder: Builder = { files: ws.files, inputs, exec: ws.exec, containers, clock: ws.clock, signal: ws.signal, backend: async (build) => {
      const { provider } = await loadProvider(index, 'backend', build.provider);
      const { project, environment } = desired;
      return { provider, context: providerContext({ project, environment, config: build.config, folder: ws.folder, io: { event: (event) => ws.io.event(asStepOutput(`build/${build.services[0] ?? ''}`, event)) }, exec: ws.exec, files: ws.files, hosts: {}, clock: ws.clock, signal: ws.signal }) };
    },
  };
  try {
    const built = await twoAtATime(wanted, (service, place) => buildOne(ws, builder, desired, service, choices, journal, { place, total: wanted.length }));
    await tell('completed');
    return built;
  } catch (error) {
    if (!ws.signal.aborted) await tell('failed');
    throw error;
  }
}

/** A build may print what it reads as a secret, whether somebody named that one or not. */
async function buildSecretTexts(ws: Workspace, secrets: BuildInputs['secrets']): Promise<readonly string[]> {
  const texts = await Promise.all(secrets.map(async ({ from }) => ('value' in from ? [from.value.reveal()] : secretText((await ws.files.readBytes(from.file, 64 * 1024).catch(() => undefined)) ?? new Uint8Array()))));
  return texts.flat();
}

/** What a provider's tool prints belongs to the step, whatever the provider calls it. */
function asStepOutput(step: string, event: Event): Event {
  const { line, stream } = (event.data ?? {}) as { line?: unknown; stream?: unknown };
  if (event.type !== 'output' || typeof line !== 'string') return event;
  return stepOutput({ step, line, stream: stream === 'stderr' ? 'stderr' : 'stdout' });
}

async function buildOne(ws: Workspace, builder: Builder, desired: Desired, service: DesiredService, choices: BuildChoices, journal: Journal, at: { place: number; total: number }): Promise<ImageBuilt> {
  const begun = ws.clock.now();
  const id = `build/${service.name}`;
  const tell = (status: 'running' | 'completed' | 'failed' | 'skipped'): void =>
    ws.io.event(stepStatus({ id, host: '', service: service.name, action: 'image.build', why: `image of ${service.build?.services.join(', ') ?? service.name}`, status, durationMs: status === 'running' ? 0 : ws.clock.now() - begun, index: at.place + 1, total: at.total }));
  tell('running');
  try {
    const built = await buildImage(builder, desired, service, choices);
    if (!built.cached) await journal({ type: 'outcome', step: id, status: 'completed', message: built.id });
    tell(built.cached ? 'skipped' : 'completed');
    return built;
  } catch (error) {
    if (!ws.signal.aborted) {
      await journal({ type: 'outcome', step: id, status: 'failed', message: (error as Error).message.split('\n', 1)[0] ?? '' });
      tell('failed');
    }
    throw error;
  }
}

async function twoAtATime<T, R>(items: readonly T[], work: (item: T, place: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const place = next++;
      try {
        results[place] = await work(items[place] as T, place);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled([worker(), worker()]);
  const broken = ended.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return results;
}
