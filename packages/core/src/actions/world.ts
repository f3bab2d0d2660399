import { describeOwner, holderIsDead } from '../protocol/owner.js';
import type { LockRecord, Owner } from '../protocol/types.js';
import type { Hosts, Identity } from './host.js';
import type { Workspace } from './types.js';

/** In place of this machine and the hosts that it reaches: the simulation brings its own. */
export interface World {
  openHosts(settings: Identity): Promise<Hosts>;
  owner(): Promise<Owner>;
  holderIsDead(lock: LockRecord, here: Owner): Promise<boolean>;
}

/** Who this process is, as a lock names it. */
export function ownerOf(ws: Workspace): Promise<Owner> {
  return ws.world ? ws.world.owner() : describeOwner(ws.processEnv, ws.command);
}

/** True only where it is proved. */
export async function isDead(ws: Workspace, lock: LockRecord): Promise<boolean> {
  const here = await ownerOf(ws);
  return ws.world ? ws.world.holderIsDead(lock, here) : holderIsDead(lock, here);
}
