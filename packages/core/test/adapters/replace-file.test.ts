import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const tracer = 'strace';
const traced = spawnSync(tracer, ['-f', '-o', '/dev/null', 'true']).status === 0;
const crashes = traced ? describe : describe.skip;

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sc-replace-'));
  const source = await readFile(new URL('../../src/adapters/replace-file.ts', import.meta.url), 'utf8');
  const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } });
  program = join(folder, 'replace.mjs');
  await writeFile(program, `${code}\nawait replaceFile(process.argv[2], process.argv[3], 0o644);\n`);
});
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

crashes(`replacing a file${traced ? '' : ' (skipped: strace is not there, or may not trace)'}`, () => {
  const oldText = 'old '.repeat(5000);
  const newText = 'new '.repeat(5000);

  async function attempt(...flags: string[]): Promise<{ status: number | null; text: string; left: string[]; trace: string }> {
    const work = await mkdtemp(join(folder, 'work-'));
    const [path, log] = [join(work, 'file'), join(folder, 'trace')];
    await writeFile(path, oldText);
    // One thread in the pool: strace counts a call's occurrences by thread.
    const { status } = spawnSync(tracer, ['-f', '-y', '-o', log, ...flags, process.execPath, program, path, newText], { env: { ...process.env, UV_THREADPOOL_SIZE: '1' } });
    return { status, text: await readFile(path, 'utf8'), left: (await readdir(work)).filter((name) => name !== 'file'), trace: (await readFile(log, 'utf8')).replaceAll(work, 'WORK') };
  }

  it('writes, syncs, closes, renames and syncs the folder, in this order', async () => {
    const { status, text, left, trace } = await attempt('-e', 'trace=/^(write|pwrite64|pwritev|fsync|fdatasync|close|rename.*)$');
    expect([status, text, left]).toEqual([0, newText, []]);
    const temp = /WORK\/\.file\.\d+-[0-9a-f]{12}\.stagecraft-temp/;
    const calls = trace.split('\n').flatMap((line) => {
      const call = /^\d+ +(\w+)\((.*)/.exec(line);
      if (!call?.[1] || !call[2]) return [];
      const on = temp.test(call[2]) ? 'temp' : /<WORK>/.test(call[2]) ? 'folder' : undefined;
      return on ? [`${call[1].replace(/^p?write\w*/, 'write').replace(/^rename\w*/, 'rename')} ${on}`] : [];
    });
    expect(calls.filter((call, i) => call !== calls[i - 1])).toEqual(['write temp', 'fsync temp', 'close temp', 'rename temp', 'fsync folder', 'close folder']);
  });

  it.each(['fsync:signal=KILL:when=1', '/^rename.*$:signal=KILL:when=1', 'fsync:signal=KILL:when=2'])('killed at %s leaves the old text or the new, whole', async (inject) => {
    const { status, text, trace } = await attempt('-e', `inject=${inject}`);
    expect(status).not.toBe(0);
    expect(trace).toContain('killed by SIGKILL');
    expect([oldText, newText]).toContain(text);
  });

  it.each(['fsync:error=ENOSPC:when=1', 'fsync:error=EIO:when=1', '/^rename.*$:error=EIO:when=1', 'fchmod:error=EIO:when=1'])('failing by %s keeps the old text and no temp file', async (inject) => {
    const { status, text, left, trace } = await attempt('-e', `inject=${inject}`);
    expect(trace).toContain('(INJECTED)');
    expect([status, text, left]).toEqual([1, oldText, []]);
  });
});
