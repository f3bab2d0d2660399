import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DETACHED, identify, startOf, usersIn, type User } from '../src/own/users.js';

let folder: string;
let proc: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'users-'));
  proc = join(folder, 'proc');
  mkdirSync(join(proc, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(proc, 'sys/kernel/random/boot_id'), 'boot-1\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function processRuns(pid: number, start: number, state = 'S'): void {
  mkdirSync(join(proc, String(pid)), { recursive: true });
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (a (wild) name) ${state} ${'0 '.repeat(18)}${start} 0 0\n`);
}

function user(pid: number): User {
  const identity = identify(pid, proc);
  if (!identity) throw new Error(`no process ${pid}`);
  return { ...identity, why: 'test' };
}

describe('CORE_STATE_TEST_ISOLATION: the users of an engine', () => {
  it('reads a start time behind a name with brackets and blanks', () => {
    expect(startOf(`7 (x) y) S ${'0 '.repeat(18)}4711 0`)).toBe('4711');
  });

  it('counts a process once for each use, until that use ends', () => {
    processRuns(7, 100);
    const users = usersIn(join(folder, 'users'), proc);
    const first = users.add(user(7));
    const second = users.add(user(7));
    expect(users.living()).toHaveLength(2);
    first();
    expect(users.living()).toHaveLength(1);
    second();
    expect(users.living()).toEqual([]);
  });

  it('forgets a process that is gone, a zombie, and another one with its number', () => {
    for (const pid of [7, 8, 9]) processRuns(pid, 100);
    const users = usersIn(join(folder, 'users'), proc);
    for (const pid of [7, 8, 9]) users.add(user(pid));
    rmSync(join(proc, '7'), { recursive: true });
    processRuns(8, 101);
    processRuns(9, 100, 'Z');
    expect(users.living()).toEqual([]);
    expect(readdirSync(join(folder, 'users'))).toEqual([]);
  });

  it('forgets all of an earlier boot, whose numbers and times may come again', () => {
    processRuns(7, 100);
    const users = usersIn(join(folder, 'users'), proc);
    users.add(user(7));
    writeFileSync(join(proc, 'sys/kernel/random/boot_id'), 'boot-2\n');
    expect(users.living()).toEqual([]);
  });

  it('keeps the use of up until it is ended', () => {
    const users = usersIn(join(folder, 'users'), proc);
    users.add(DETACHED);
    users.add(DETACHED);
    expect(users.living()).toEqual([DETACHED]);
    users.removeDetached();
    expect(users.living()).toEqual([]);
  });

  it('counts nobody for a file that a crash cut off', () => {
    const users = usersIn(join(folder, 'users'), proc);
    users.add(DETACHED);
    writeFileSync(join(folder, 'users', '7-cut'), '{"pid":7,');
    expect(users.living()).toEqual([DETACHED]);
  });
});
