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
const world = { plan: { operation: 'op-1', release: 'rel-1', desired } as unknown as SealedPlan } as StepWorld;

describe('DEPLOY_ROLLOUT: container.start, the way back', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stagecraft-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script with a `docker` that says which containers are there; its calls. */
  function ran(containers: string, stop = 0): { status: number | null; calls: string[] } {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$*" >>"${folder}/calls"\ncase $1 in ps) printf '%s' '${containers}' ;; logs) echo "log of $4" ;; stop) exit ${stop} ;; esac\n`);
    chmodSync(join(folder, 'docker'), 0o755);
    const { status } = spawnSync('sh', ['-eu'], { input: containerStart.undo?.script?.(start, world) as string, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, STAGECRAFT_RUN: folder } });
    return { status, calls: readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').slice(1) };
  }

  it('stops all at once, and removes them', () => {
    expect(ran('a\nb\nc\n')).toEqual({ status: 0, calls: ['logs --tail 200 a', 'logs --tail 200 b', 'logs --tail 200 c', 'stop -t 26 a b c', 'rm -f a b c'] });
    expect(readdirSync(folder).filter((name) => name.endsWith('.log'))).toEqual(['a.log', 'b.log', 'c.log']);
    expect(readFileSync(join(folder, 'b.log'), 'utf8')).toBe('log of b\n');
  });

  it('removes what does not stop, and is content where nothing is', () => {
    expect(ran('a\n', 1)).toEqual({ status: 0, calls: ['logs --tail 200 a', 'stop -t 26 a', 'rm -f a'] });
    rmSync(join(folder, 'calls'));
    expect(ran('')).toEqual({ status: 0, calls: [] });
  });

  it('has the time that the service takes to stop', () => {
    expect(containerStart.undo?.timeoutMs?.(start, world)).toBeGreaterThan(25_500 + 60_000);
  });
});
