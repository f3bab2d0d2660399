import { createHash } from 'node:crypto';
import { fail } from '../../errors/index.js';
import type { Io } from '../../io/io.js';
import type { Exec } from '../../ports/exec.js';
import type { Files } from '../../ports/files.js';
import type { SshTarget } from '../../ports/ssh.js';
import type { Effective } from './effective.js';

export interface HostKeySetup {
  readonly exec: Exec;
  readonly files: Pick<Files, 'read' | 'write'>;
  readonly ask: Io['ask'];
}

/** What is known of a host's keys before it shows one. */
export interface KnownKeys {
  /** Types of keys to ask it for first; empty where any will do. */
  readonly types: readonly string[];
  /** Accepts the key that it shows, asking where none is known. @throws StagecraftError `user` when it is not to be trusted. */
  verify(key: Buffer): Promise<void>;
}

interface Entry {
  readonly type: string;
  readonly key: string;
  readonly revoked: boolean;
}

/** Reads what the config, or `known_hosts`, says of a host; `ssh-keygen -F` finds hashed names and patterns. */
export async function knownKeys(setup: HostKeySetup, target: Pick<SshTarget, 'name' | 'hostKey'>, place: Effective): Promise<KnownKeys> {
  const entries = target.hostKey === undefined ? await entriesOf(setup.exec, place) : [entryOf(target.hostKey)];
  const trusted = entries.filter(({ revoked }) => !revoked);
  return {
    types: [...new Set(trusted.flatMap(({ type }) => algorithms(type)))],
    async verify(key) {
      const text = key.toString('base64');
      if (entries.some((entry) => entry.revoked && entry.key === text)) throw untrusted(target, place, key, 'is marked as revoked');
      if (trusted.some((entry) => entry.key === text)) return;
      if (target.hostKey !== undefined) throw untrusted(target, place, key, 'is not the one that `host_key` pins');
      if (trusted.length > 0) throw untrusted(target, place, key, `is another one than ${place.knownHosts.user[0] ?? 'known_hosts'} knows`);
      await firstContact(setup, target, place, key);
    },
  };
}

/** `SHA256:…`, as `ssh` and `ssh-keygen -l` write it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The first text of a key's bytes is its type (RFC 4253, 6.6). */
export function typeOf(key: Buffer): string {
  return key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('ascii');
}

/** An RSA key is asked for by the signatures that are still safe (RFC 8332). */
function algorithms(type: string): readonly string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type];
}

async function entriesOf(exec: Exec, { known, knownHosts }: Effective): Promise<readonly Entry[]> {
  const found = await Promise.all([...knownHosts.user, ...knownHosts.global].map((file) => exec.run(['ssh-keygen', '-F', known, '-f', file], { timeoutMs: 20_000 })));
  return found.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map(entryOf)).filter(({ type }) => type !== '');
}

/** `[marker] [names] type key`: with or without the names. */
function entryOf(line: string): Entry {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const at = words.findIndex((word) => /^(ssh-|ecdsa-|sk-)/.test(word));
  // A certificate authority signs keys; its own key is none of the host's.
  if (at < 0 || marker === '@cert-authority') return { type: '', key: '', revoked: false };
  return { type: words[at] ?? '', key: words[at + 1] ?? '', revoked: marker === '@revoked' };
}

async function firstContact({ ask, files }: HostKeySetup, target: Pick<SshTarget, 'name'>, place: Effective, key: Buffer): Promise<void> {
  const line = `${place.known} ${typeOf(key)} ${key.toString('base64')}`;
  const [file] = place.knownHosts.user;
  // `--yes` is no answer to this: there is no choice of that name.
  const answer = await ask({ code: 'SC3702', text: `${target.name} (${place.host}) shows a key that is not known: ${typeOf(key)} ${fingerprint(key)}. Is it its own?`, choices: ['trust', 'stop'], fallback: 'stop' });
  if (answer !== 'trust' || file === undefined) {
    throw fail({
      code: 'SC3703',
      kind: 'user',
      message: `The key of ${target.name} (${place.host}) is not known: ${typeOf(key)} ${fingerprint(key)}. Nobody said that it may be trusted.`,
      next: [`Compare it with the host's own: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`, `Then add it to ${file ?? 'known_hosts'}: ${line}`, `or pin it in stagecraft.yml: host_key: "${typeOf(key)} ${key.toString('base64')}"`],
    });
  }
  const before = (await files.read(file)) ?? '';
  await files.write(file, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`, 0o600);
}

function untrusted(target: Pick<SshTarget, 'name'>, place: Effective, key: Buffer, why: string): Error {
  return fail({
    code: 'SC3704',
    kind: 'user',
    message: `The key that ${target.name} (${place.host}) shows ${why}: ${typeOf(key)} ${fingerprint(key)}. Either the host was made anew, or somebody stands between.`,
    next: ['Find out which, on the host itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub', `If it was made anew: ssh-keygen -R '${place.known}', or correct host_key in stagecraft.yml.`],
  });
}
