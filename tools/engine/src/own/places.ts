import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where our own engine keeps its things. */
export interface Places {
  /** Unpacked packages, image tarballs and the image store: survive a stop. */
  cache: string;
  /** Socket, process ids, users, logs: gone after a stop. Short, as a socket's path may have 108 bytes only. */
  run: string;
  socket: string;
  host: string;
}

export function places(env: NodeJS.ProcessEnv = process.env): Places {
  const home = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const cache = env['STAGECRAFT_ENGINE_CACHE'] || join(home, 'stagecraft', 'engine');
  // One engine a machine, as its bridge docker0 is one a machine: so no part of a user's cache.
  const run = env['STAGECRAFT_ENGINE_RUN'] || '/run/stagecraft-engine';
  const socket = join(run, 'docker.sock');
  if (Buffer.byteLength(socket) > 100) throw new Error(`the socket's path is too long for a socket: ${socket}`);
  return { cache, run, socket, host: `unix://${socket}` };
}
