import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { Duplex } from 'node:stream';
import type { Config } from 'node-ssh';
import type { Client, NextAuthHandler } from 'ssh2';
import { fail, isStagecraftError } from '../../errors/index.js';
import type { SshTarget } from '../../ports/ssh.js';
import { destinationOf, effective, type Effective, type SshSettings } from './effective.js';
import { knownKeys, type HostKeySetup } from './host-keys.js';
import { waysIn, type Keyring } from './identities.js';

/** What connecting needs of the world. */
export interface ConnectSetup extends SshSettings, HostKeySetup {
  readonly keyring: Keyring;
}

/** How long the parts of a connection may take, milliseconds. */
export interface Times {
  /** To be reached at all. */
  readonly connectMs: number;
  /** To greet, and to let the user in. */
  readonly readyMs: number;
  /** A host is asked for a sign of life so often; after three without one the connection is dead. */
  readonly keepaliveMs: number;
}

/**
 * Connects to a host, through those that stand before it.
 * @throws StagecraftError `external` when it cannot be reached, `user` when its key is not to be trusted.
 */
export async function connect(setup: ConnectSetup, target: SshTarget, times: Times): Promise<Client> {
  const place = await effective(setup, target.address, target.user);
  const through: Client[] = [];
  let last: { readonly client: Client; readonly name: string } | undefined;
  for (const jump of place.jumps) {
    const hop = await effective(setup, destinationOf(jump));
    const client = await login(setup, { name: jump }, hop, last ? await tunnel(last.client, hop, jump) : await wire({ name: jump }, hop, times), times);
    through.push(client);
    last = { client, name: jump };
  }
  try {
    const stream = last ? await tunnel(last.client, place, target.name) : await wire(target, place, times);
    const client = await login(setup, target, place, stream, times);
    client.once('close', () => through.forEach((hop) => hop.end()));
    return client;
  } catch (error) {
    through.forEach((hop) => hop.end());
    throw error;
  }
}

async function login(setup: ConnectSetup, target: Pick<SshTarget, 'name' | 'hostKey'>, place: Effective, sock: Duplex, { readyMs, keepaliveMs }: Times): Promise<Client> {
  const { NodeSSH } = await import('../node-ssh.js');
  const keys = await knownKeys(setup, target, place);
  const tried: string[] = [];
  const ways = waysIn(place, setup.keyring, (what) => tried.push(what));
  let refused: unknown;
  const ssh = new NodeSSH();
  const config: Config = {
    host: place.host,
    port: place.port,
    username: place.user,
    sock,
    readyTimeout: readyMs,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: 3,
    ...(keys.types.length === 0 ? {} : { algorithms: { serverHostKey: keys.types as never } }),
    hostVerifier: (key: Buffer, verified: (yes: boolean) => void) => {
      keys.verify(key).then(
        () => verified(true),
        (error: unknown) => {
          refused = error;
          verified(false);
        },
      );
    },
    authHandler: (left, _partial, next: NextAuthHandler) => void nextWay(ways, left as readonly string[] | null, next),
  };
  try {
    await ssh.connect(config);
  } catch (error) {
    ssh.dispose();
    throw refused ?? unreachable(target.name, place, error, tried, readyMs);
  }
  if (ssh.connection === null) throw unreachable(target.name, place, new Error('it ended at once'), tried, readyMs);
  // Whoever uses it hears of its end by what they do with it.
  ssh.connection.on('error', () => undefined);
  return ssh.connection;
}

async function nextWay(ways: ReturnType<typeof waysIn>, left: readonly string[] | null, next: NextAuthHandler): Promise<void> {
  const way = await ways.next();
  if (way.done) return next(false as never);
  if (left !== null && !left.includes(way.value.type === 'agent' ? 'publickey' : way.value.type)) return nextWay(ways, left, next);
  next(way.value);
}

function tunnel(client: Client, { host, port }: Effective, name: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error) reject(fail({ code: 'SC3706', kind: 'external', message: `${name} (${host}, port ${port}) cannot be reached through the host before it: ${error.message}`, next: ['ssh -v to it, with the same ProxyJump'], cause: error }));
      else resolve(channel);
    });
  });
}

/** The way to a host with none before it: a connection of our own, which is given up in time, or what `ProxyCommand` makes. */
function wire(target: Pick<SshTarget, 'name'>, place: Effective, { connectMs }: Times): Promise<Duplex> {
  if (place.proxyCommand !== undefined) return Promise.resolve(piped(place.proxyCommand, place));
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: place.host, port: place.port });
    const late = setTimeout(() => socket.destroy(Object.assign(new Error('late'), { level: 'client-timeout' })), connectMs);
    const ended = (cause: Error): void => {
      clearTimeout(late);
      reject(unreachable(target.name, place, cause, [], connectMs));
    };
    socket.once('error', ended);
    socket.once('connect', () => {
      clearTimeout(late);
      socket.off('error', ended);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** The connection is the input and output of a command, as `ProxyCommand` says. It is the user's own line, for a shell. */
function piped(command: string, { host, port, user }: Effective): Duplex {
  const line = command.replace(/%(%|h|p|r|n)/g, (_, token: string) => ({ '%': '%', h: host, n: host, p: String(port), r: user })[token] ?? '');
  const child = spawn('sh', ['-c', `exec ${line.replace(/^exec /, '')}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once('error', (error) => stream.destroy(error));
  stream.once('close', () => child.kill());
  return stream;
}

function unreachable(name: string, place: Effective, cause: unknown, tried: readonly string[], readyMs: number): Error {
  if (isStagecraftError(cause)) return cause;
  const { message, level, code } = cause as { message: string; level?: string; code?: string };
  const at = `${place.user}@${place.host}${place.port === 22 ? '' : `, port ${place.port}`}`;
  const test = `ssh ${place.port === 22 ? '' : `-p ${place.port} `}${place.user}@${place.host} true`;
  if (level === 'client-authentication') {
    return fail({
      code: 'SC3707',
      kind: 'external',
      message: `${name} does not let ${place.user} in (${at}): ${tried.length === 0 ? 'there was no key to try' : `it took no key of ${tried.join(', ')}`}.`,
      next: [test, 'Name a key for it in ~/.ssh/config (IdentityFile), start an agent (ssh-add), or set `user` of the host in stagecraft.yml.'],
      cause,
    });
  }
  const why = code === 'ENOTFOUND' ? 'its name is not known' : code === 'ECONNREFUSED' ? 'nobody listens there' : level === 'client-timeout' ? `it did not answer within ${Math.round(readyMs / 1000)} s` : message;
  return fail({ code: 'SC3700', kind: 'external', message: `${name} cannot be reached by SSH (${at}): ${why}.`, next: [test, 'stagecraft status'], cause });
}
