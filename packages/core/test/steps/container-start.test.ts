import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SealedPlan } from '../../src/plan/types.js';
import { containerStart } from '../../src/steps/container-start.js';
import type { StepWorld } from '../../src/steps/types.js';

const start = { kind: 'container.start' as const, service: 'web', count: 3 };
const desired = { composeProject: 'shop-prod', services: [{ name: 'web', stopGraceMs: 25_500 }] };
const canary = 'cnry-7f3a9b';

/** A world with containers that said something. */
function worldOf(said: Readonly<Record<string, readonly string[]>>): StepWorld {
  return {
    plan: { operation: 'op-1', release: 'rel-1', desired } as unknown as SealedPlan,
    mask: (text: string) => text.replaceAll(canary, '***'),
    containers: {
      list: () => Promise.resolve(Object.keys(said).map((id) => ({ id }))),
      logs: async function* (id: string) {
        if (said[id] === undefined) throw new Error('gone');
        yield* said[id].map((text) => ({ text }));
        await Promise.resolve();
      },
    },
  } as unknown as StepWorld;
}

describe('DEPLOY_ROLLOUT, CORE_LOGGING: container.start, the way back', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagecraft-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script with a `docker` that says which containers are there; its calls. */
  async function ran(containers: string, { stop = 0, world = worldOf({}) } = {}): Promise<{ status: number | null; calls: string[] }> {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$*" >>"${folder}/calls"\ncase $1 in ps) printf '%s' '${containers}' ;; stop) exit ${stop} ;; esac\n`);
    chmodSync(join(folder, 'docker'), 0o755);
    const input = await containerStart.undo?.script?.(start, world);
    const { status } = spawnSync('sh', ['-eu'], { input, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, STAGECRAFT_RUN: folder } });
    return { status, calls: readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').slice(1) };
  }
  const kept = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.log')).sort();

  it('stops all at once, and removes them', async () => {
    expect(await ran('a\nb\nc\n')).toEqual({ status: 0, calls: ['stop -t 26 a b c', 'rm -f a b c'] });
  });

  it('removes what does not stop, and is content where nothing is', async () => {
    expect(await ran('a\n', { stop: 1 })).toEqual({ status: 0, calls: ['stop -t 26 a', 'rm -f a'] });
    rmSync(join(folder, 'calls'));
    expect(await ran('')).toEqual({ status: 0, calls: [] });
  });

  it('keeps what they said last in the run’s folder, whatever bytes that is', async () => {
    const odd = `it's "$HOME" \`id\` \\ \u0000 END_OF_LOG\r`;
    expect(await ran('a\nb\n', { world: worldOf({ a: [odd, 'END_OF_LOG', ''], b: Array.from({ length: 300 }, (_, n) => `line ${n}`), c: [] }) })).toMatchObject({ status: 0, calls: ['stop -t 26 a b', 'rm -f a b'] });
    expect(kept()).toEqual(['a.log', 'b.log']);
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe(`${odd}\nEND_OF_LOG\n\n`);
    expect(readFileSync(join(folder, 'b.log'), 'utf8').split('\n').slice(0, -1)).toEqual(Array.from({ length: 200 }, (_, n) => `line ${n + 100}`));
  });

  it('keeps no secret: neither the script nor the log has what they said of one', async () => {
    const script = await containerStart.undo?.script?.(start, worldOf({ a: [`password=${canary}`] }));
    expect(script).toContain(Buffer.from('password=***\n').toString('base64'));
    expect(script).not.toContain(Buffer.from(canary).toString('base64').slice(0, 8));
    await ran('a\n', { world: worldOf({ a: [`password=${canary}`] }) });
    expect(readFileSync(join(folder, 'a.log'), 'utf8')).toBe('password=***\n');
  });

  it('is not kept from it by an engine that does not give the log', async () => {
    const world = worldOf({});
    const blind = { ...world, containers: { ...world.containers, list: () => Promise.resolve([{ id: 'a' }]) } } as unknown as StepWorld;
    expect(await ran('a\n', { world: blind })).toEqual({ status: 0, calls: ['stop -t 26 a', 'rm -f a'] });
    expect(kept()).toEqual([]);
  });

  it('has the time that the service takes to stop', () => {
    expect(containerStart.undo?.timeoutMs?.(start, worldOf({}))).toBeGreaterThan(25_500 + 60_000);
  });
});
