import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createExec, exitError, tailOf } from '../../src/adapters/exec.js';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'sc-exec-')); });
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

const make = (graceMs = 300) => createExec({ folder, processEnv: process.env, graceMs });

describe('CORE_EXECUTIL: running a process', () => {
  it('gives exit code and both streams, whatever the code is', async () => {
    expect(await make().run(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments as they are: nothing is read by a shell', async () => {
    const odd = ['$(id)', '`id`', 'a b', "it's", '"q"', '*', '\\n', 'ü\n', ''];
    const result = await make().run([process.execPath, '-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...odd]);
    expect(JSON.parse(result.stdout)).toEqual(odd);
  });

  it('gives the child the environment that is named and nothing else', async () => {
    const result = await make().run(['/usr/bin/env'], { env: { ONLY: 'this' } });
    expect(result.stdout).toBe('ONLY=this\n');
  });

  it('runs in the folder that it was made for, and feeds standard input', async () => {
    expect((await make().run(['sh', '-c', 'pwd; cat'], { stdin: 'text' })).stdout).toBe(`${folder}\ntext`);
  });

  it('tells lines as they come, the last one without a newline too', async () => {
    const lines: string[] = [];
    await make().run(['sh', '-c', 'printf "one\\ntwo\\r\\nthr"; sleep 0.05; printf "ee\\r50%%\\rend"'], { onLine: (line, stream) => lines.push(`${stream}:${line}`) });
    expect(lines).toEqual(['stdout:one', 'stdout:two', 'stdout:three', 'stdout:50%', 'stdout:end']);
  });

  it('keeps the end of a long output and not more', async () => {
    const result = await make().run(['sh', '-c', 'i=0; while [ $i -lt 20000 ]; do echo line$i; i=$((i+1)); done'], { keep: 1000 });
    expect(result.stdout).toHaveLength(1000);
    expect(result.stdout.endsWith('line19999\n')).toBe(true);
  });

  it('survives a program that does not read its input', async () => {
    expect((await make().run(['true'], { stdin: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('gives 128 and the signal for a killed program', async () => {
    expect((await make().run(['sh', '-c', 'kill -9 $$'])).exitCode).toBe(137);
  });
});

describe('ending a process', () => {
  it('ends the whole process tree at the time-out, also what ignores SIGTERM', async () => {
    const marker = join(folder, 'pids');
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ > ${marker}; while :; do sleep 0.05; done' & echo begun; wait`;
    const error = await make().run(['sh', '-c', script], { timeoutMs: 400 }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'SC3602', kind: 'external', tail: ['begun'] });
    const pid = Number(await readFile(marker, 'utf8'));
    await delay(50);
    // Gone, or a zombie that init has not reaped yet.
    expect(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).toContain(') Z');
  });

  it('ends it at once when the signal aborts, and calls that interrupted', async () => {
    const controller = new AbortController();
    const running = make().run(['sleep', '30'], { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toMatchObject({ code: 'SC3603', kind: 'interrupted' });
    await expect(make().run(['sleep', '30'], { signal: controller.signal })).rejects.toMatchObject({ kind: 'interrupted' });
  });

  it('comes back although something that left the group holds the pipes', async () => {
    const begun = Date.now();
    await expect(make(100).run(['sh', '-c', `setsid sh -c 'echo $$ > ${folder}/left; exec sleep 20' & sleep 20`], { timeoutMs: 200 })).rejects.toMatchObject({ code: 'SC3602' });
    expect(Date.now() - begun).toBeLessThan(4_000);
    process.kill(Number(await readFile(join(folder, 'left'), 'utf8')), 'SIGKILL');
  });
});

describe('what cannot be run', () => {
  it('names a missing program and how to get it', async () => {
    await expect(createExec({ folder, processEnv: { PATH: folder } }).run(['docker', 'info'])).rejects.toMatchObject({
      code: 'SC3601', kind: 'external', message: expect.stringContaining('docker is not installed'), next: [expect.stringContaining('https://docs.docker.com')],
    });
  });

  it('tells a missing folder from a missing program', async () => {
    await expect(make().run(['true'], { cwd: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'SC3605', kind: 'user' });
  });

  it('says that a file may not be executed', async () => {
    await writeFile(join(folder, 'plain'), 'text', { mode: 0o644 });
    await expect(make().run([join(folder, 'plain')])).rejects.toMatchObject({ code: 'SC3606', message: expect.stringContaining('permission denied') });
  });
});

describe('secrets', () => {
  const secret = 'p$q#r "s"\nsecond-line';

  it('are never in lines or errors, in no form', async () => {
    const lines: string[] = [];
    const forms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret), JSON.stringify(secret)];
    const error = await make().run(['sh', '-c', 'printf "%s\\n" "$@"; sleep 20', 'sh', ...forms], { timeoutMs: 300, secrets: [secret], onLine: (line) => lines.push(line) }).catch((e: { tail: string[] }) => e);
    const shown = [...lines, ...(error as { tail: string[] }).tail].join('\n');
    expect(shown).toContain('***');
    for (const part of ['p$q#r', 'second-line', forms[1] ?? '', 'p%24q']) expect(shown).not.toContain(part);
  });

  it('masks the tail of an exit error', () => {
    const error = exitError(['docker', 'login'], { exitCode: 1, stdout: '', stderr: 'bad hunter22\n' }, { what: 'The registry refused the login', secrets: ['hunter22'] });
    expect(error).toMatchObject({ code: 'SC3604', tail: ['bad ***'] });
  });

  it('keeps only the last lines', () => {
    expect(tailOf('a\nb\nc\n\n', 2)).toEqual(['b', 'c']);
  });
});
