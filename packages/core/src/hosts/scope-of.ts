import { createHash } from 'node:crypto';
import { resolve } from 'node:path/posix';
import type { Scope } from './scope.js';

/**
 * Names everything that a host shares, from its state folder. Another folder than the default one gives other names, so that tests and several set-ups on
 * one engine never meet.
 * @param place `root` and `defaultRoot` as `localRoot` gives them; `composeProject` names the edge network.
 */
export function scopeOf(place: { readonly root: string; readonly defaultRoot: string; readonly project: string; readonly environment: string; readonly composeProject: string }): Scope {
  const root = resolve(place.root);
  const dir = createHash('sha256').update(root).digest('hex').slice(0, 8);
  const suffix = root === resolve(place.defaultRoot) ? '' : `-${dir}`;
  return {
    root,
    folder: `${root}/${place.project}/${place.environment}`,
    proxyProject: `stagecraft-proxy${suffix}`,
    proxyNetwork: `00stagecraft${suffix}`,
    proxyContainer: `stagecraft-proxy${suffix}`,
    edge: `${place.composeProject}-edge`,
    dir,
  };
}
