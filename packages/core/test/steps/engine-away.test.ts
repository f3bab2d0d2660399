import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeImages } from '../../src/retention/scripts.js';
import { containerRemove } from '../../src/steps/container-remove.js';
import { edgeRemove } from '../../src/steps/edge-remove.js';
import type { StepWorld } from '../../src/steps/types.js';

const world = { scope: { dir: '01234567', proxyContainer: 'stagecraft-proxy' } } as unknown as StepWorld;
const scripts = {
  'of a container': String(containerRemove.script?.({ kind: 'container.remove', service: 'web', ids: ['c0ffee'], graceMs: 1_000 }, world)),
  'of an edge': String(edgeRemove.script?.({ kind: 'edge.remove', network: 'shop-prod-edge' }, world)),
  'of images': removeImages([{ id: 'sha256:1', tags: ['shop:1'] }] as unknown as Parameters<typeof removeImages>[0]),
};

describe('DEPLOY_ROLLOUT: a removal', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'engine-away-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (script: string, docker: string): number | null => {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${docker}\n`);
    chmodSync(join(folder, 'docker'), 0o755);
    return spawnSync('sh', ['-c', `set -eu\nproxy_lock() { :; }\nresult() { :; }\nSTAGECRAFT_ROOT=${folder}\n${script}`], { env: { PATH: `${folder}:${process.env['PATH']}` } }).status;
  };

  it.each(Object.entries(scripts))('%s fails where the engine does not answer: nobody knows that it is gone', (_, script) => {
    expect(run(script, 'echo "Cannot connect to the Docker daemon" >&2; exit 1')).not.toBe(0);
  });

  it.each(Object.entries(scripts))('%s that is gone already is no failure', (_, script) => {
    expect(run(script, 'case "$*" in *inspect* | "rm c"* | stop* | rmi*) echo "No such object" >&2; exit 1 ;; esac')).toBe(0);
  });
});
