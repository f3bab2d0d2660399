import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds within which a host that was switched on has SSH, and its engine answers. */
export const PATIENCE = 60_000;

/** Waits until something is so. Throws what `late` says where it takes too long. */
export async function waitFor(so: () => boolean | Promise<boolean>, late: () => string, within = PATIENCE): Promise<void> {
  for (const until = Date.now() + within; !(await so()); await sleep(30)) if (Date.now() > until) throw new Error(late());
}
