import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createRedactor, type StatusResult } from '@stagecraft/core';
import { guardOutput } from '../../src/base/output.js';
import { inProject, run, Sink } from '../run.js';

class Closed extends Sink {
  constructor(readonly code: string) {
    super();
  }
  override write(): boolean {
    this.emit('error', Object.assign(new Error(`write ${this.code}`), { code: this.code }));
    return false;
  }
}

const healthy: StatusResult = { project: 'shop', environment: 'prod', healthy: true, drift: [], hosts: [], urls: [] };

describe('CLI_GLOBAL_FLAGS: a reader that goes away', () => {
  it.each(['EPIPE', 'EIO'])('is no error (%s): a command that changes nothing ends quietly', (code) =>
    inProject(async (cwd) => {
      const { stderr, left } = await run(['status'], { cwd, world: { stdout: new Closed(code) }, actions: { status: () => Promise.resolve(healthy) } });
      expect(stderr).toBe('');
      expect(left).toEqual([0]);
    }),
  );

  it('does not stop a change', () =>
    inProject(async (cwd) => {
      const { left, exitCode } = await run(['deploy'], {
        cwd,
        world: { stdout: new Closed('EPIPE'), stderr: new Closed('EPIPE') },
        actions: { deploy: () => Promise.resolve({ outcome: 'nothing to do' as const, urls: [], exitCode: 0 }) },
      });
      expect(left).toEqual([]);
      expect(exitCode).toBe(0);
    }));

  it('is told of once', () => {
    const output = guardOutput(new Closed('EPIPE'), createRedactor());
    let told = 0;
    output.onClosed(() => (told += 1));
    output.write('a');
    output.write('b');
    expect(told).toBe(1);
  });

  it('is not any other error', () => {
    expect(() => guardOutput(new Closed('ENOSPC'), createRedactor()).write('a')).toThrow('ENOSPC');
  });

  it('of a real pipe leaves no word', () => {
    const dev = join(import.meta.dirname, '..', '..', 'bin', 'dev.js');
    const { stdout, stderr } = spawnSync('sh', ['-c', `"$1" "$2" config schema | head -n 1`, 'sh', process.execPath, dev], { encoding: 'utf8' });
    expect(stdout).toBe('{\n');
    expect(stderr).toBe('');
  });
});
