import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { localShell } from '../../src/adapters/shell.js';
import type { EnvironmentStore } from '../../src/protocol/store.js';
import { held, openRecord, releaseRecord, scopeAt, step, storeAt, tempFolder } from './support.js';

const strace = spawnSync('sh', ['-c', 'strace -qq -o /dev/null true']).status === 0;
const traced = strace ? describe : describe.skip;

/** By the program of a host that makes them. `sh` writes the journal itself. */
const calls = {
  sync: 'fsync,fdatasync',
  mv: 'rename,renameat,renameat2',
  ln: 'link,linkat',
  rm: 'unlink,unlinkat',
  cat: 'write',
  sh: 'write',
} as const;

const cases: readonly (readonly [program: keyof typeof calls, error: string])[] = [
  ['sync', 'EIO'], ['sync', 'ENOSPC'], ['mv', 'ENOSPC'], ['mv', 'EACCES'], ['ln', 'ENOSPC'], ['ln', 'EIO'], ['cat', 'ENOSPC'], ['cat', 'EIO'], ['sh', 'ENOSPC'], ['sh', 'EIO'],
];

/** A store whose host has programs that fail as the kernel would make them, for as long as `fail` says so. */
async function failing(): Promise<Awaited<ReturnType<typeof held>> & { fail(program: keyof typeof calls, error: string): Promise<void>; mend(): Promise<void>; injected(): Promise<boolean> }> {
  const faults = await tempFolder();
  await mkdir(join(faults, 'bin'));
  for (const [program, names] of Object.entries(calls)) {
    const real = spawnSync('sh', ['-c', `command -v ${program}`]).stdout.toString().trim();
    const only = program === 'sh' ? '-f -P "$journal" ' : '';
    // `read`, as `cat` is one of them.
    const text = `#!${spawnSync('sh', ['-c', 'command -v sh']).stdout.toString().trim()}\nf=${faults}/${program}\nread -r journal <${faults}/journal\n[ ! -e "$f" ] || { read -r error <"$f"; exec strace -qq -A -o ${faults}/trace ${only}-e trace=${names} -e inject=${names}:error="$error" ${real} "$@"; }\nexec ${real} "$@"\n`;
    await writeFile(join(faults, 'bin', program), text);
    await chmod(join(faults, 'bin', program), 0o755);
  }
  const shell = localShell({ env: { ...process.env, PATH: `${join(faults, 'bin')}:${process.env['PATH'] ?? ''}` } });
  await writeFile(join(faults, 'journal'), '-\n');
  const world = await held({ shell });
  await writeFile(join(faults, 'journal'), `${join(scopeAt(world.root).folder, 'journal.ndjson')}\n`);
  return {
    ...world,
    fail: (program, error) => writeFile(join(faults, program), `${error}\n`),
    mend: async () => void (await Promise.all(Object.keys(calls).map((program) => rm(join(faults, program), { force: true })))),
    injected: async () => (await readFile(join(faults, 'trace'), 'utf8').catch(() => '')).includes('INJECTED'),
  };
}

traced(`CORE_STATE_CONSISTENCY: system calls that fail on a host${strace ? '' : ' [skipped: there is no strace, or it may not trace here]'}`, () => {
  it.each(cases)('of %s with %s leave the old record or the new one, say so, and the same call succeeds afterwards', async (program, error) => {
    const { root, store, session, operation, fail, mend, injected } = await failing();
    const open = openRecord(operation);
    await store.open(session, open);
    // In the order of an operation; each is tried, fails or has no such call, and is then done.
    const writes: readonly ((to: EnvironmentStore) => Promise<unknown>)[] = [
      (to) => to.note(session, { type: 'note', operation, message: 'a note' }),
      (to) => to.putRelease(session, open.release, { 'model.json': '{}' }),
      (to) => to.beat(session, 'rollout'),
      (to) => to.decide(session, operation, 'commit'),
      (to) => to.close(session, releaseRecord(open, 1)),
    ];
    const acknowledged: number[] = [];
    for (const write of writes) {
      const before = await storeAt(root).readJournal();
      await fail(program, error);
      const failed = await write(store).then(() => undefined, (reason: unknown) => reason);
      await mend();
      // Who cannot write may not be able to say why, and a full disk is what it mostly is.
      const code = error === 'ENOSPC' || calls[program] === 'write' ? 'SC3021' : 'SC3020';
      if (failed !== undefined) expect(failed).toMatchObject({ kind: 'external', code, next: [expect.any(String), expect.any(String)] });
      // A store that knows nothing of before reads a whole chain that has all that was there.
      const after = await storeAt(root).readJournal();
      expect(after.slice(0, before.length)).toEqual(before);
      if (failed !== undefined) await write(storeAt(root));
      acknowledged.push((await storeAt(root).readJournal()).length);
    }
    expect(await injected()).toBe(true);
    expect(acknowledged).toEqual([...acknowledged].sort((a, b) => a - b));
    expect(await storeAt(root).readOpen()).toBeUndefined();
    expect((await storeAt(root).history()).map(({ id, outcome }) => ({ id, outcome }))).toEqual([{ id: open.release, outcome: 'completed' }]);
  }, 60_000);

  it.each(['ENOSPC', 'EIO'])('before the intent of a step keep it from beginning (%s)', async (error) => {
    const { store, root, session, operation, fail, mend, injected } = await failing();
    await store.open(session, openRecord(operation));
    await fail('sh', error);
    const outcome = await store.run(session, step(operation, `: >${root}/effect`)).then(() => 'ran', (reason: { code?: string }) => reason.code);
    await mend();
    expect(outcome).toMatch(/^SC302[01]$/);
    expect(await readFile(join(root, 'effect')).catch(() => 'not begun')).toBe('not begun');
    expect(await injected()).toBe(true);
    expect((await storeAt(root).readJournal()).map(({ type }) => type)).not.toContain('intent');
  }, 60_000);
});
