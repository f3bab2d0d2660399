import { describe, expect, it } from '@jest/globals';
import { fail } from '../../src/errors/index.js';
import type { Event } from '../../src/plugin-api/event.js';
import { progressOf } from '../../src/phases/progress.js';
import type { Journalled, Note, Walk } from '../../src/phases/types.js';
import { walkBack, walkSteps } from '../../src/phases/walk.js';
import type { SealedPlan, Step } from '../../src/plan/types.js';
import type { JournalRecord, StepOutcome, StepScript } from '../../src/protocol/types.js';

/** A host whose "pull" scripts succeed, fail or stay unknown as the test says, and whose images are a set. */
function fakeHost(behaviour: (script: StepScript) => StepOutcome = () => ({ state: 'completed', result: {}, bootId: 'boot' })) {
  const journal: JournalRecord[] = [];
  const ran: string[] = [];
  const present = new Set<string>();
  const write = (session: string, note: Note): void => void journal.push({ prev: '', seq: journal.length, at: '', session, ...note });
  const store: Journalled = {
    readJournal: () => Promise.resolve(journal),
    note: (session, note) => Promise.resolve(write(session, note)),
    run(session, script) {
      ran.push(`${script.direction} ${script.step} ${script.attempt}`);
      write(session, { type: 'intent', operation: script.operation, step: script.step, direction: script.direction, attempt: script.attempt, bootId: 'boot' });
      const outcome = behaviour(script);
      if (outcome.state !== 'unknown') write(session, { type: 'outcome', operation: script.operation, step: script.step, direction: script.direction, status: outcome.state, bootId: 'boot' });
      if (outcome.state === 'completed') present.add(script.step);
      return Promise.resolve(outcome);
    },
  };
  return { store, journal, ran, present };
}

const pull = (id: string, dependsOn: readonly string[] = []): Step => ({ id, phase: 'push', action: { kind: 'image.pull', service: 'web', reference: id }, host: 'local', touches: [], why: 'absent', dependsOn, undo: undefined });
const remove = (id: string): Step => ({ ...pull(id), action: { kind: 'container.start', service: id, count: 1 }, undo: 'remove it' });

function walkOver(host: ReturnType<typeof fakeHost>, steps: readonly Step[], signal = new AbortController().signal, engineAway = false): { walk: Walk; events: Event[] } {
  const events: Event[] = [];
  const plan = { operation: 'op', steps, desired: { composeProject: 'p', services: [] } } as unknown as SealedPlan;
  const clock = { now: () => 0, sleep: () => Promise.resolve(), random: () => '' };
  const containers = {
    info: () => (engineAway ? Promise.reject(fail({ code: 'SC3501', kind: 'external', message: 'the engine is away' })) : Promise.resolve({})),
    image: (reference: string) => Promise.resolve(host.present.has(reference) ? {} : undefined),
    list: (labels: Record<string, string>) => Promise.resolve(host.present.has(labels['com.docker.compose.service'] ?? '') ? [{ status: 'running' }] : []),
  };
  return {
    events,
    walk: {
      plan, session: 's', signal, clock, on: () => ({ name: 'local', store: host.store, bootId: 'boot' }),
      io: { event: (event) => void events.push(event), ask: () => Promise.reject(new Error('nothing is asked here')) },
      world: () => ({ plan, host: 'local', containers, clock, signal, pull: () => Promise.resolve(false), waiting: () => undefined }) as never,
    },
  };
}

const known = (host: ReturnType<typeof fakeHost>) => progressOf(host.journal, 'op');

describe('CLI_PHASE_EXECUTION_COMMON: walking a plan', () => {
  it('runs a step after everything that it depends on', async () => {
    const host = fakeHost();
    await walkSteps(walkOver(host, [pull('a'), pull('b', ['a']), pull('c', ['b'])]).walk, known(host), [pull('c', ['b']), pull('b', ['a']), pull('a')]);
    expect(host.ran).toEqual(['do a 1', 'do b 1', 'do c 1']);
  });

  it('fails by the step that failed, however long that takes to say why, and not by those that it kept from beginning', async () => {
    const host = fakeHost((script) => (script.step === 'job' ? { state: 'failed', exitCode: 71, tail: [], result: {}, bootId: 'boot' } : { state: 'completed', result: {}, bootId: 'boot' }));
    const job: Step = { ...pull('job'), action: { kind: 'job.run', service: 'job', timeoutMs: 1000 } };
    const steps = [job, pull('b'), pull('c')];
    const { walk, events } = walkOver(host, steps);
    const { world } = walk;
    const asking = new Promise<void>((done) => setTimeout(done, 20));
    const slow: Walk = { ...walk, world: (step) => ({ ...world(step), containers: { list: () => asking.then(() => [{ id: 'x', status: 'exited', exitCode: 9 }]), logs: () => [] } }) as never };
    await expect(walkSteps(slow, known(host), steps)).rejects.toMatchObject({ code: 'SC3403', message: 'The job job on local exited with 9.' });
    expect(host.ran).toEqual(['do job 1']);
    expect(events.map((event) => event.data as { id: string; status: string }).filter(({ status }) => status !== 'running').map(({ id, status }) => `${id} ${status}`).sort()).toEqual(['b skipped', 'c skipped', 'job failed']);
  });

  it('does not run again what the journal says is done', async () => {
    const host = fakeHost();
    const steps = [pull('a'), pull('b')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps);
    const { walk, events } = walkOver(host, steps);
    await walkSteps(walk, known(host), steps);
    expect(host.ran).toHaveLength(2);
    expect(events.map((event) => (event.data as { status: string }).status)).toEqual(['skipped', 'skipped']);
  });

  it('probes an unknown step and never repeats it when its goal holds', async () => {
    const host = fakeHost();
    host.journal.push({ prev: '', seq: 0, at: '', session: 'dead', type: 'intent', operation: 'op', step: 'a', attempt: 1 });
    host.present.add('a');
    await walkSteps(walkOver(host, [pull('a')]).walk, known(host), [pull('a')]);
    expect(host.ran).toEqual([]);
    expect(host.journal.at(-1)).toMatchObject({ type: 'note', step: 'a', status: 'completed', message: 'found done' });
  });

  it('runs an unknown step again, as the next attempt, when its goal does not hold', async () => {
    const host = fakeHost();
    host.journal.push({ prev: '', seq: 0, at: '', session: 'dead', type: 'intent', operation: 'op', step: 'a', attempt: 1 });
    await walkSteps(walkOver(host, [pull('a')]).walk, known(host), [pull('a')]);
    expect(host.ran).toEqual(['do a 2']);
  });

  it('does not run an acknowledged script again that nobody has seen reach its goal: in the same boot it waits for that alone', async () => {
    const host = fakeHost();
    // Of a container whose policy was `no` before, nothing tells that its way back is done.
    const old = { id: 'c1', name: 'web-1', restartPolicy: 'no', aliases: [], stopped: true };
    const stop: Step = { ...pull('web'), action: { kind: 'container.stop', service: 'web', ids: [old], graceMs: 1000 } as never, undo: 'start them' };
    host.journal.push({ prev: '', seq: 0, at: '', session: 's', type: 'intent', operation: 'op', step: 'web', direction: 'do', attempt: 1, bootId: 'boot' });
    host.journal.push({ prev: '', seq: 1, at: '', session: 's', type: 'intent', operation: 'op', step: 'web', direction: 'undo', attempt: 1, bootId: 'boot' });
    host.journal.push({ prev: '', seq: 2, at: '', session: 's', type: 'outcome', operation: 'op', step: 'web', direction: 'undo', status: 'completed', bootId: 'boot' });
    const { walk } = walkOver(host, [stop]);
    const containers = { inspect: () => Promise.resolve({ name: 'web-1', status: 'exited', restartPolicy: 'no', networks: {} }) };
    await walkBack({ ...walk, world: (step) => ({ ...walk.world(step), containers }) as never }, known(host), [stop]);
    expect(host.ran).toEqual([]);
    expect(host.journal.at(-1)).toMatchObject({ type: 'note', step: 'web', direction: 'undo', status: 'completed' });
  });

  it('begins no step after a failure, and tells the first one', async () => {
    const host = fakeHost((script) => (script.step === 'a' ? { state: 'failed', exitCode: 1, result: {}, tail: ['no such image'], bootId: 'boot' } : { state: 'completed', result: {}, bootId: 'boot' }));
    const steps = [pull('a'), pull('b', ['a'])];
    await expect(walkSteps(walkOver(host, steps).walk, known(host), steps)).rejects.toMatchObject({ code: 'SC3210', message: expect.stringContaining('no such image') });
    expect(host.ran).toEqual(['do a 1']);
  });

  it('begins no step after the signal', async () => {
    const host = fakeHost();
    const stop = new AbortController();
    stop.abort();
    await expect(walkSteps(walkOver(host, [pull('a')], stop.signal).walk, known(host), [pull('a')])).rejects.toMatchObject({ kind: 'interrupted' });
    expect(host.ran).toEqual([]);
  });

  it('has scripts of steps that run side by side take turns: none waits at the host for another', async () => {
    const host = fakeHost();
    let running = 0;
    let most = 0;
    const { run } = host.store;
    host.store.run = async (session, script) => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return run(session, script);
    };
    const steps = [pull('a'), pull('b'), pull('c')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps);
    expect(host.ran).toHaveLength(3);
    expect(most).toBe(1);
  });

  it('begins no script after a failure, even of a step whose turn was to come', async () => {
    const host = fakeHost((script) => (script.step === 'a' ? { state: 'failed', exitCode: 1, result: {}, tail: [], bootId: 'boot' } : { state: 'completed', result: {}, bootId: 'boot' }));
    const steps = [pull('a'), pull('b')];
    const { walk, events } = walkOver(host, steps);
    await expect(walkSteps(walk, known(host), steps)).rejects.toMatchObject({ code: 'SC3210' });
    expect(host.ran).toEqual(['do a 1']);
    expect(events.map((event) => (event.data as { id: string; status: string }).status)).toEqual(['running', 'running', 'failed', 'skipped']);
  });

  it('probes after a boot what a boot may have ended, and nothing that lasts', async () => {
    const host = fakeHost();
    const steps = [pull('a'), remove('b')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps);
    host.present.clear();
    const { walk } = walkOver(host, steps);
    await walkSteps({ ...walk, on: () => ({ name: 'local', store: host.store, bootId: 'the next boot' }) }, known(host), steps);
    // The first two wait for neither.
    expect([...host.ran.slice(0, 2)].sort()).toEqual(['do a 1', 'do b 1']);
    expect(host.ran.slice(2)).toEqual(['do b 2']);
  });

  it('finds a plan whose steps wait for each other', async () => {
    const host = fakeHost();
    const steps = [pull('a', ['b']), pull('b', ['a'])];
    await expect(walkSteps(walkOver(host, steps).walk, known(host), steps)).rejects.toMatchObject({ kind: 'bug' });
  });

  it('goes back in reverse order, over what was touched and nothing else', async () => {
    const host = fakeHost((script) => {
      if (script.direction === 'undo') host.present.delete(script.step);
      return { state: 'completed', result: {}, bootId: 'boot' };
    });
    const steps = [remove('a'), remove('b'), remove('c')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps.slice(0, 2));
    await walkBack(walkOver(host, steps).walk, known(host), steps);
    expect(host.ran).toEqual(['do a 1', 'do b 1', 'undo b 1', 'undo a 1']);
  });

  it('is interrupted on the way back too, whatever the step that waited says', async () => {
    const stop = new AbortController();
    const host = fakeHost((script) => {
      if (script.direction === 'do') return { state: 'completed', result: {}, bootId: 'boot' };
      stop.abort();
      throw new DOMException('The operation was aborted', 'AbortError');
    });
    const steps = [remove('a')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps);
    await expect(walkBack(walkOver(host, steps, stop.signal).walk, known(host), steps)).rejects.toMatchObject({ code: 'SC3212', kind: 'interrupted' });
  });

  it('tells an engine that does not answer nothing on the way back', async () => {
    const host = fakeHost();
    const steps = [remove('a')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps);
    const failed = await walkBack(walkOver(host, steps, undefined, true).walk, known(host), steps);
    expect([...failed]).toEqual([['local', expect.objectContaining({ code: 'SC3501' })]]);
    expect(host.ran).toEqual(['do a 1']);
  });

  it('stops the way back at its first failure, so that it can be taken up again', async () => {
    const host = fakeHost((script) => {
      if (script.direction === 'undo' && script.step === 'b') throw fail({ code: 'SC9999', kind: 'external', message: 'engine gone' });
      return { state: 'completed', result: {}, bootId: 'boot' };
    });
    const steps = [remove('a'), remove('b')];
    await walkSteps(walkOver(host, steps).walk, known(host), steps);
    const failed = await walkBack(walkOver(host, steps).walk, known(host), steps);
    expect([...failed]).toEqual([['local', expect.objectContaining({ code: 'SC9999' })]]);
    expect(host.ran).not.toContain('undo a 1');
  });
});
