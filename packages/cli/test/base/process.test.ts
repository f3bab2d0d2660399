import { spawn } from 'node:child_process';
import { access, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { inProject } from '../run.js';

const dev = join(import.meta.dirname, '..', '..', 'bin', 'dev.js');

/** Starts `plan` with a `docker` that never answers, sends the signal as soon as it waits for it, and gives what it came to. */
async function interruptedPlan(signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string; ms: number }> {
  return inProject(async (folder) => {
    await writeFile(join(folder, 'stagecraft.yml'), 'version: 1\nproject: { name: shop }\nenvironments: { dev: { driver: local } }\n');
    await writeFile(join(folder, 'docker-compose.yml'), 'services: { web: { image: "nginx:1" } }\n');
    await writeFile(join(folder, 'docker'), `#!/bin/sh\n: > "${folder}/asked"\nexec sleep 30\n`);
    await chmod(join(folder, 'docker'), 0o755);
    const child = spawn(process.execPath, [dev, 'plan'], { cwd: folder, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` }, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<number | null>((done) => child.on('close', done));
    for (let tries = 0; tries < 150; tries++) {
      if (await access(join(folder, 'asked')).then(() => true, () => false)) break;
      await delay(100);
    }
    const sent = Date.now();
    child.kill(signal);
    return { code: await ended, stderr, ms: Date.now() - sent };
  });
}

describe('CLI_GLOBAL_FLAGS: a process that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 130],
  ] as const)('by %s ends soon with %i, and without a stack', async (signal, code) => {
    const ended = await interruptedPlan(signal);
    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(ended.ms).toBeLessThan(5_000);
  });
});
