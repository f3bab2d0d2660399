import type { ProxyFile } from '@stagecraft/core/plugin-api';

/** Every request of the public entry point passes through this one, whatever it is routed to. */
const name = 'stagecraft-edge';

export const edgeFlag = `--entrypoints.web.http.middlewares=${name}@file`;

/** Whether it is the middleware that every request passes, which the API lists before a router's own. */
export function isEdge(middleware: string): boolean {
  return middleware === `${name}@file`;
}

/** It does nothing: an empty value takes away a header that nobody sends. */
export const edge: ProxyFile = file('headers: { customRequestHeaders: { X-Stagecraft-Edge: "" } }');

/**
 * Told to stop, Traefik closes kept connections at once, under requests that are on their way (measured: a few in a thousand under load). With this each answer
 * tells its client that the connection ends: Go's server then ends it, with HTTP/2 by GOAWAY.
 */
export const leavingEdge: ProxyFile = file('headers: { customResponseHeaders: { Connection: close } }');

function file(does: string): ProxyFile {
  return { path: 'edge.yml', content: `# Written by Stagecraft: what every request passes through.\nhttp:\n  middlewares:\n    ${name}:\n      ${does}\n` };
}
