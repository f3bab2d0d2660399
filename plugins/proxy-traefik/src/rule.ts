import type { Route } from '@stagecraft/core/plugin-api';
import { pathOf } from './names.js';

/** The rule of a route. `PathPrefix` alone compares text, and would give `/apix` to `/api`: a prefix is meant on whole segments. */
export function ruleOf(route: Route): string {
  const path = pathOf(route);
  const byPath = path === '/' ? `PathPrefix(${literal('/')})` : `(Path(${literal(path)}) || PathPrefix(${literal(`${path}/`)}))`;
  return route.host === undefined ? byPath : `Host(${literal(route.host)}) && ${byPath}`;
}

/** A route with a host goes before one for every host, then the longer path; the same scale for all projects of the host. */
export function priorityOf(route: Route): number {
  return (route.host === undefined ? 0 : 100_000) + pathOf(route).length;
}

// Rules are Go expressions: a raw string, or where the text holds a backtick, a quoted one.
function literal(text: string): string {
  return text.includes('`') ? JSON.stringify(text) : `\`${text}\``;
}
