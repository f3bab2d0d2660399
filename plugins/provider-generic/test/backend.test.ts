import { describe, expect, it } from '@jest/globals';
import type { BuildRequest, Context, Failure } from '@stagecraft/core/plugin-api';
import backend from '../src/backend.js';
import type { GenericConfig } from '../src/schema.js';

const request: BuildRequest = { services: ['api'], tag: 'shop/api:1', context: '.', args: {}, labels: {}, platforms: [], pull: false, noCache: false };

/** An engine whose build ends so. */
function context(exitCode: number, stderr: string): Context<GenericConfig> {
  const fail = (failure: Failure): Error => Object.assign(new Error(failure.message), failure);
  return { config: {}, io: { event: () => undefined }, exec: () => Promise.resolve({ exitCode, stdout: '', stderr }), fail } as unknown as Context<GenericConfig>;
}

describe('PROVIDER_BACKEND_GENERIC: a build that fails', () => {
  it('is for the user to mend, with its last lines', async () => {
    const lines = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
    await expect(backend.build(context(1, lines), request)).rejects.toMatchObject({ kind: 'user', code: 'generic/build-failed', message: expect.stringMatching(/exit code 1.*line 25[^]*line 39$/s) });
  });

  it('for want of disk is not the fault of the Dockerfile', async () => {
    await expect(backend.build(context(1, 'ERROR: write /much: no space left on device\n'), request)).rejects.toMatchObject({ kind: 'external', code: 'generic/disk-full', next: expect.arrayContaining(['stagecraft prune']) });
  });
});
