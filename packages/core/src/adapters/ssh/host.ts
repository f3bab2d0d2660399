import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Client, ClientChannel } from 'ssh2';
import { fail, isStagecraftError, type StagecraftError } from '../../errors/index.js';
import { loginCommand } from '../../hosts/login-command.js';
import { quote } from '../../hosts/quote.js';
import type { ExecResult } from '../../plugin-api/host.js';
import type { SshHost } from '../../ports/ssh.js';
import { lineReader } from '../lines.js';
import type { Times } from './connect.js';
import { patiently } from './patience.js';
import { upload } from './upload.js';

/** sshd serves ten sessions a connection unless it is told otherwise (`MaxSessions`); one is left for who connects beside us. */
const sessions = 8;

/** A host that takes connections and opens no session on them is given up. */
const openMs = 30_000;

/** A script that only reads, and breaks each connection that it is sent over, is given up. */
const mostTries = 5;

export interface SshHostSetup {
  readonly name: string;
  connect(times: Times): Promise<Client>;
  /** How long a host that was reached before is waited for when its connection breaks, milliseconds, from its last sign of life; default two minutes. */
  readonly patienceMs?: number;
  /** Is told that it is waited for, and that it is there again. */
  tell?(what: { readonly state: 'lost' | 'back'; readonly waitMs: number }): void;
}

/** @internal */
export interface Closable extends SshHost {
  close(): void;
}

/** A host over one connection. */
export function sshHost({ name, connect, patienceMs = 120_000, tell }: SshHostSetup): Closable {
  const limit = pLimit(sessions);
  const reach = patiently(connect, patienceMs, tell);
  let current: Promise<Client> | undefined;
  let closed = false;
  const channels = new Set<Duplex>();

  const live = (): Promise<Client> => {
    current ??= reach.again(() => closed).then(
      (client) => {
        client.once('close', () => {
          current = undefined;
          for (const channel of channels) breakOff(channel);
        });
        return client;
      },
      (error: unknown) => {
        current = undefined;
        throw error;
      },
    );
    return current;
  };
  const lost = (cause?: unknown): StagecraftError => fail({ code: 'SC3708', kind: 'external', message: `The connection to ${name} broke.`, next: ['stagecraft status', 'stagecraft deploy --resume'], cause });

  const kept = (channel: Duplex): Duplex => {
    channels.add(channel);
    channel.once('close', () => channels.delete(channel));
    return asSocket(channel);
  };

  /** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED of RFC 4254, 5.1; all else is a place that nobody serves. */
  const notForwarded = (cause: Error, what: string, setting: string): Error =>
    Number((cause as Error & { reason?: number | string }).reason) === 1
      ? fail({ code: 'SC3710', kind: 'external', message: `${name} does not forward to ${what}: its sshd has ${setting} or DisableForwarding set.`, next: [`Set ${setting} yes in /etc/ssh/sshd_config of the host, then: systemctl reload ssh`], cause })
      : Object.assign(new Error(`${what} of ${name} does not answer: ${cause.message}`), { code: 'ECONNREFUSED' });

  /** A session that is refused has begun nothing: sshd may count one that is over for a moment longer. */
  const exec = async (command: string, options: Pick<RunOptions, 'timeoutMs' | 'signal'>): Promise<Begun> => {
    for (const begun = Date.now(); ; await sleep(100)) {
      try {
        return await session(await live(), command, options);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (options.signal?.aborted || Date.now() - begun > 20_000) throw lost(error.cause);
      }
    }
  };

  const session = (client: Client, command: string, options: Pick<RunOptions, 'timeoutMs' | 'signal'>): Promise<Begun> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(lost(new Error(`no session was opened within ${openMs / 1000} s`)));
        client.end();
      }, openMs);
      try {
        client.exec(command, (error, channel) => {
          clearTimeout(late);
          if (error) reject(/^\(SSH\) Channel open failure/.test(error.message) ? new Refused('', { cause: error }) : lost(error));
          // A short command has ended before anybody who waits for this hears of it.
          else resolve({ channel, ended: ending(channel, options) });
        });
      } catch (error) {
        // The client knows already that it is not connected.
        clearTimeout(late);
        reject(lost(error));
      }
    });

  const once = (script: string, { stdin, timeoutMs, signal, keep = 10 * 1024 * 1024 }: RunOptions): Promise<ExecResult> =>
    limit(async () => {
      if (signal?.aborted) throw interrupted(name);
      const { channel, ended: end } = await exec(loginCommand(script), { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(signal === undefined ? {} : { signal }) });
      const out = lineReader(keep, undefined);
      const err = lineReader(keep, undefined);
      channel.on('data', out.push);
      channel.stderr.on('data', err.push);
      channel.end(stdin ?? '');
      const ended = await end;
      if (ended === 'timeout') throw fail({ code: 'SC3709', kind: 'external', message: `${name} did not finish a script within ${(timeoutMs ?? 0) / 1000} s.`, next: ['stagecraft status'] });
      if (ended === 'abort') throw interrupted(name);
      if (ended === undefined) throw lost();
      return { exitCode: ended, stdout: out.end(), stderr: err.end() };
    });

  const shell: SshHost['shell'] = {
    async run(script, options = {}) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(script, options);
        } catch (error) {
          // What only reads is asked again, of the connection that comes after this one.
          if (options.again !== true || closed || tries >= mostTries || !isStagecraftError(error) || error.code !== 'SC3708') throw error;
        }
      }
    },
    async start(file) {
      const begun = await once(`command -v setsid >/dev/null || exit 127\nsetsid sh ${quote(file)} </dev/null >/dev/null 2>&1 &`, { timeoutMs: 60_000 });
      if (begun.exitCode !== 0) throw fail({ code: 'SC3601', kind: 'external', message: `The program setsid is not there on ${name}.`, next: ['Install util-linux: it brings setsid and flock.'] });
    },
  };

  const feed: Parameters<typeof upload>[2] = async (script, signal) => {
    const { channel, ended } = await exec(loginCommand(script), signal === undefined ? {} : { signal });
    channel.resume();
    channel.stderr.resume();
    const exitCode = ended.then((end) => {
      if (end === 'abort') throw interrupted(name);
      return end === 'timeout' ? undefined : end;
    });
    return { input: channel, exitCode };
  };

  return {
    shell,
    upload: (file, to, options) => upload(name, shell, feed, file, to, options),
    async port(port) {
      const client = await live();
      return new Promise<Duplex>((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, '127.0.0.1', port, (error, channel) => (error ? reject(notForwarded(error, `port ${port}`, 'AllowTcpForwarding')) : resolve(kept(channel))));
      });
    },
    async socket(path) {
      const client = await live();
      return new Promise<Duplex>((resolve, reject) => {
        client.openssh_forwardOutStreamLocal(path, (error, channel) => {
          if (error) reject(notForwarded(error, path, 'AllowStreamLocalForwarding'));
          else resolve(kept(channel));
        });
      });
    },
    close() {
      closed = true;
      void current?.then((client) => client.end(), () => undefined);
    },
  };
}

class Refused extends Error {}

type RunOptions = NonNullable<Parameters<SshHost['shell']['run']>[1]>;

interface Begun {
  readonly channel: ClientChannel;
  readonly ended: Promise<Ended>;
}

type Ended = number | 'timeout' | 'abort' | undefined;

/** Exit code; 128 and more after a signal; undefined where the connection broke before it came. */
function ending(channel: ClientChannel, { timeoutMs, signal }: Pick<RunOptions, 'timeoutMs' | 'signal'>): Promise<Ended> {
  return new Promise((resolve) => {
    let code: number | undefined;
    const done = (how: Ended): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(how);
      if (how === 'timeout' || how === 'abort') channel.close();
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => done('timeout'), timeoutMs);
    const abort = (): void => done('abort');
    signal?.addEventListener('abort', abort, { once: true });
    channel.on('exit', (status: number | null) => (code = status ?? 128));
    channel.once('close', () => done(code));
    channel.on('error', () => undefined);
  });
}

function interrupted(name: string): StagecraftError {
  return fail({ code: 'SC3712', kind: 'interrupted', message: `The command was interrupted while it waited for ${name}.`, next: ['stagecraft status'] });
}

/** ssh2 only ends a channel whose connection broke: who waits for an answer on it would wait for ever. */
function breakOff(channel: Duplex): void {
  channel.on('error', () => undefined);
  // Its own `destroy` is a message to the other side.
  Duplex.prototype.destroy.call(channel, Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' }));
  channel.emit('close');
}

/** What the client of HTTP asks of a socket, and a channel has not. */
function asSocket(channel: Duplex): Duplex {
  const nothing = (): Duplex => channel;
  return Object.assign(channel, { setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing, ref: nothing, unref: nothing, destroySoon: () => channel.destroy() });
}
