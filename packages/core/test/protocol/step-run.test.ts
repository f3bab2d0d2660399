import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { hostFiles } from '../../src/adapters/host-files.js';
import { localShell } from '../../src/adapters/shell.js';
import { runFolder } from '../../src/protocol/step-run.js';
import { held, linesOf, scopeAt, step, storeAt } from './support.js';

const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

describe('CORE_STATE: a step', () => {
  it('is journalled before and after, with what it reported', async () => {
    const { store, session, operation } = await held();
    const outcome = await store.run(session, step(operation, `result id abc; result name 'it'"'"'s "x" \\ y'; result id def; echo said`));
    expect(outcome).toEqual({ state: 'completed', bootId, result: { id: 'def', name: `it's "x" \\ y` } });
    expect(await store.readJournal()).toMatchObject([
      { type: 'intent', operation, session, step: 'local/web/start', direction: 'do', attempt: 1, bootId },
      { type: 'outcome', operation, step: 'local/web/start', status: 'completed', exitCode: 0, bootId, result: { id: 'def' } },
    ]);
  });

  it('says its exit code and its last lines when it fails, and stops at the first failure', async () => {
    const { store, session, operation } = await held();
    const outcome = await store.run(session, step(operation, 'echo one; echo two >&2; (exit 3); echo never'));
    expect(outcome).toEqual({ state: 'failed', exitCode: 3, result: {}, bootId, tail: ['one', 'two'] });
    expect((await store.readJournal()).at(-1)).toMatchObject({ type: 'outcome', status: 'failed', exitCode: 3 });
  });

  it('fails on an unset variable', async () => {
    const { store, session, operation } = await held();
    expect(await store.run(session, step(operation, 'echo "$nowhere"'))).toMatchObject({ state: 'failed' });
  });

  it('knows its folders, and the hosts proxy lock', async () => {
    const { root, folder, store, session, operation } = await held();
    const outcome = await store.run(session, step(operation, 'result root "$STAGECRAFT_ROOT"; result env "$STAGECRAFT_ENV"; : >"$STAGECRAFT_RUN/mine"; proxy_lock; ! flock -n "$STAGECRAFT_ROOT/proxy/lock" true'));
    expect(outcome).toMatchObject({ state: 'completed', result: { root, env: folder } });
  });

  it('tells its lines as they come, long before its end', async () => {
    const { store, session, operation } = await held();
    const lines: { line: string; at: number }[] = [];
    await store.run(session, step(operation, 'echo first; sleep 0.9; echo second; printf last'), { onLine: (line) => lines.push({ line, at: Date.now() }) });
    expect(lines.map(({ line }) => line)).toEqual(['first', 'second']);
    expect((lines[1]?.at ?? 0) - (lines[0]?.at ?? 0)).toBeGreaterThan(300);
  });

  it.each([
    ['by scripts', hostFiles(createFiles('/'))],
    ['by the files of this machine', hostFiles(localShell({ env: process.env }))],
  ])('tells every line of a long log once, read %s', async (_, files) => {
    const { store, session, operation } = await held({ files });
    const lines: string[] = [];
    await store.run(session, step(operation, 'i=0; while [ $i -lt 30000 ]; do echo "line number $i ü"; i=$((i+1)); done'), { onLine: (line) => lines.push(line) });
    expect(lines).toHaveLength(30_000);
    expect(lines.at(-1)).toBe('line number 29999 ü');
  });

  it('is ended with everything it started when its time is over, and is then unknown', async () => {
    const { folder, store, session, operation } = await held();
    const outcome = await store.run(session, step(operation, `timeout -k 5 60 sh -c 'echo $$ >${folder}/inner; exec sleep 60' & wait`, { timeoutMs: 1_000 }));
    expect(outcome).toMatchObject({ state: 'unknown', reason: expect.stringContaining('longer') });
    const pid = (await readFile(join(folder, 'inner'), 'utf8')).trim();
    expect(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).toContain(') Z');
    await store.waitForStep();
    expect(await store.stepRunning()).toBe(false);
    expect((await store.readJournal()).at(-1)).toMatchObject({ type: 'outcome', status: 'failed', exitCode: 124 });
  });

  it('never runs twice under one name', async () => {
    const { store, session, operation } = await held();
    const script = step(operation, ':');
    await store.run(session, script);
    await expect(store.run(session, script)).rejects.toMatchObject({ code: 'SC3020' });
    expect(await store.readJournal()).toHaveLength(2);
  });

  it('does nothing at all after the lock was taken', async () => {
    const { store, session, operation, owner, folder } = await held();
    const { session: taken } = await store.takeOver({ expect: session, owner, operation, now: Date.now() });
    await expect(store.run(session, step(operation, `: >${folder}/effect`))).rejects.toMatchObject({ code: 'SC3001', kind: 'locked' });
    expect(await readdir(folder)).not.toContain('effect');
    expect(await store.readJournal()).toEqual([]);
    expect(await store.run(taken, step(operation, ':'))).toMatchObject({ state: 'completed' });
  });

  it('of which only a part arrived does nothing', async () => {
    const { store, session, operation, folder } = await held();
    await store.run(session, step(operation, ':'));
    const run = runFolder({ scope: scopeAt(folder.split('/shop/')[0] ?? '') }, { ...step(operation, ''), session });
    const whole = await readFile(join(run, 'script'), 'utf8');
    const cut = join(folder, 'cut');
    for (const share of [0.3, 0.6, 0.9, 0.999]) {
      await writeFile(cut, whole.slice(0, Math.floor((whole.length - 6) * share)));
      await new Promise((resolve) => spawn('sh', [cut], { stdio: 'ignore' }).once('close', resolve));
    }
    expect(await store.readJournal()).toHaveLength(2);
  });

  it('takes any text as a name', async () => {
    const { store, session, operation } = await held();
    expect(await store.run(session, step(operation, ':', { step: "../../a b/$(id)/'ü" }))).toMatchObject({ state: 'completed' });
    expect((await store.readJournal())[0]).toMatchObject({ step: "../../a b/$(id)/'ü" });
  });
});

describe('one mutator a host', () => {
  it('a second step begins after the first has ended', async () => {
    const { root, store, session, operation, folder } = await held();
    const first = store.run(session, step(operation, `sleep 0.4; echo first >>${folder}/order`));
    await systemClock.sleep(100);
    const second = storeAt(root).run(session, step(operation, `echo second >>${folder}/order`, { step: 'other' }));
    await Promise.all([first, second]);
    expect(await linesOf(join(folder, 'order'))).toEqual(['first', 'second']);
    expect((await store.readJournal()).map(({ type }) => type)).toEqual(['intent', 'outcome', 'intent', 'outcome']);
  });
});

describe('death', () => {
  it('of the script between intent and outcome leaves the step unknown', async () => {
    const { store, session, operation, folder } = await held();
    const running = store.run(session, step(operation, `echo $PPID >${folder}/parent; sleep 30`));
    const pid = await pidOf(join(folder, 'parent'));
    // The parent of the effects is timeout(1); the script's session holds them all.
    killSession(await sessionOf(pid));
    expect(await running).toMatchObject({ state: 'unknown', reason: expect.stringContaining('died') });
    expect((await store.readJournal()).map(({ type }) => type)).toEqual(['intent']);
  });

  it('of the script alone does not free the lock while what it started lives', async () => {
    const { store, session, operation, folder } = await held();
    const running = store.run(session, step(operation, `echo $PPID >${folder}/parent; sleep 1.2; echo done >${folder}/effect`));
    const leader = await sessionOf(await pidOf(join(folder, 'parent')));
    process.kill(leader, 'SIGKILL');
    await systemClock.sleep(50);
    expect(await store.stepRunning()).toBe(true);
    expect(await running).toMatchObject({ state: 'unknown' });
    expect(await readFile(join(folder, 'effect'), 'utf8')).toBe('done\n');
  });

  it('of the operator leaves the script to its end, and another attaches and reads its outcome', async () => {
    const { root, session, operation, folder, store } = await held();
    const script = step(operation, `sleep 0.6; echo effect >${folder}/effect; result k v`);
    const controller = new AbortController();
    const running = store.run(session, script, { signal: controller.signal });
    await systemClock.sleep(200);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'SC3006', kind: 'interrupted' });
    expect(await storeAt(root).attach({ ...script, session })).toMatchObject({ state: 'completed', result: { k: 'v' } });
    expect(await readFile(join(folder, 'effect'), 'utf8')).toBe('effect\n');
  });

  it('before the script began: it is forbidden to begin later', async () => {
    const { root, session, operation, store } = await held();
    const script = step(operation, ':');
    const folder = runFolder({ scope: scopeAt(root) }, { ...script, session });
    await mkdir(folder, { recursive: true });
    let now = 0;
    const hurried = storeAt(root, { clock: { ...systemClock, now: () => (now += 3_000) } });
    expect(await hurried.attach({ ...script, session })).toEqual({ state: 'unknown', reason: 'its script did not begin' });
    expect(await readdir(folder)).toEqual(['cancelled']);
    expect(await store.readJournal()).toEqual([]);
  });
});

async function pidOf(path: string): Promise<number> {
  for (let i = 0; i < 300; i += 1) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await systemClock.sleep(10);
  }
  throw new Error('the script did not begin');
}

async function sessionOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[3]);
}

/** SIGKILL to the leader's group and to the group of its timeout: all of the session. */
function killSession(leader: number): void {
  spawn('sh', ['-c', `for p in /proc/[0-9]*; do read -r s <$p/stat || continue; s=\${s##*) }; set -- $s; [ "$4" != ${leader} ] || kill -9 \${p#/proc/}; done 2>/dev/null`], { stdio: 'ignore' });
}
