import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fail } from '../errors/index.js';
import type { Clock } from '../ports/clock.js';
import type { Files } from '../ports/files.js';
import { nameOf } from './locked.js';
import { describeOwner, ownerIsDead } from './owner.js';
import type { Owner } from './types.js';

interface Claim {
  readonly id: string;
  readonly owner: Owner;
  /** Which installation of which machine this is; '' or absent where unknown. */
  readonly machineId?: string;
}

const patienceMs = 10_000;

/**
 * Does some milliseconds of work alone among the processes of this machine. The lock is an owner file published by `link`; it is taken over only from an
 * owner that is proved dead, never by age.
 * @throws StagecraftError `locked` when a living process, or one of another machine, keeps it for ten seconds.
 */
export async function withLocalLock<T>(setup: { readonly files: Files; readonly path: string; readonly clock: Clock }, work: () => Promise<T>): Promise<T> {
  const { files, path, clock } = setup;
  // Files of tests may not know how to claim; they have no rivals either.
  if (files.claim === undefined || files.remove === undefined) return work();
  const mine: Claim = { id: clock.random(8), owner: await describeOwner({}, 'stagecraft'), machineId: await machineId() };
  const begun = clock.now();
  for (;;) {
    if (await files.claim(path, JSON.stringify(mine))) break;
    const found = await readClaim(files, path);
    if (found !== undefined) {
      if (await takeFromDead(files, path, path, found, mine)) break;
      if (clock.now() - begun > patienceMs) throw kept(path, found);
    }
    await clock.sleep(5 + (parseInt(clock.random(1), 16) % 16));
  }
  try {
    return await work();
  } finally {
    await files.remove(path);
  }
}

/**
 * Replaces the claim of a dead owner. Who may do that is decided by a second file, named after the claim that is replaced: of all that saw it, one makes
 * that file, looks again, and replaces. A latecomer makes it too, but finds another claim and goes away. Should its maker die, the same is done with it.
 */
async function takeFromDead(files: Files, base: string, path: string, found: Claim, mine: Claim): Promise<boolean> {
  if (!wentWithTheMachine(found, mine) && !(await ownerIsDead(found.owner, mine.owner))) return false;
  const gate = `${base}.${found.id}`;
  if (!(await files.claim?.(gate, JSON.stringify(mine)))) {
    const other = await readClaim(files, gate);
    if (other === undefined || !(await takeFromDead(files, base, gate, other, mine))) return false;
  }
  try {
    if ((await readClaim(files, path))?.id !== found.id) return false;
    await files.write(path, JSON.stringify(mine), 0o600);
    return true;
  } finally {
    await files.remove?.(gate);
  }
}

/** This machine has booted since, so nothing that ran then lives. */
function wentWithTheMachine(found: Claim, mine: Claim): boolean {
  const { bootId } = found.owner;
  return (found.machineId ?? '') !== '' && found.machineId === mine.machineId && bootId !== '' && mine.owner.bootId !== '' && bootId !== mine.owner.bootId;
}

/** machine-id(5): not to be shown to others, so it is hashed. */
async function machineId(): Promise<string> {
  const id = await readFile('/etc/machine-id', 'utf8').then((text) => text.trim(), () => '');
  return id === '' ? '' : createHash('sha256').update(`stagecraft ${id}`).digest('hex').slice(0, 16);
}

async function readClaim(files: Files, path: string): Promise<Claim | undefined> {
  const text = await files.read(path);
  if (text === undefined) return undefined;
  try {
    const claim = JSON.parse(text) as Claim;
    if (typeof claim.id === 'string' && typeof claim.owner === 'object') return claim;
  } catch {
    // Said below.
  }
  throw fail({ code: 'SC3046', kind: 'user', message: `The lock file ${path} cannot be read: it was not written by stagecraft, or was damaged.`, next: [`Remove ${path} when no other stagecraft command runs in this project.`] });
}

function kept(path: string, claim: Claim): Error {
  return fail({
    code: 'SC3045',
    kind: 'locked',
    message: `${nameOf(claim.owner)}, process ${claim.owner.pid}, keeps ${path} for more than ten seconds.`,
    next: ['Run the command again when the other one has ended.', `If that process is gone for ever (another machine or container), remove ${path}.`],
  });
}
