import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod, BaseAgent, IdentityCallback, ParsedKey, SigningRequestOptions, SignCallback } from 'ssh2';
import type { Io } from '../../io/io.js';
import type { Effective } from './effective.js';

/** Private keys of this run by file: each is read once, and its passphrase asked for once. */
export interface Keyring {
  /** Undefined where there is none, or nobody opened it. */
  open(file: string): Promise<ParsedKey | undefined>;
}

/** @param ask asks for passphrases; one question at a time. */
export function createKeyring(ask: Io['ask'], hide: (values: readonly string[]) => void): Keyring {
  const keys = new Map<string, Promise<ParsedKey | undefined>>();
  return {
    open(file) {
      const known = keys.get(file) ?? readKey(file, ask, hide);
      keys.set(file, known);
      return known;
    },
  };
}

/**
 * The ways in which the user proves who they are, in the order of `ssh`: the agent's keys, then those of files; a passphrase is asked for when its turn has come.
 * @param tried told what was tried, for the error of a host that takes none of it.
 */
export async function* waysIn(place: Effective, keyring: Keyring, tried: (what: string) => void): AsyncGenerator<AnyAuthMethod, void, undefined> {
  yield { type: 'none', username: place.user };
  if (place.agent !== undefined) {
    tried('the agent');
    yield { type: 'agent', username: place.user, agent: place.identitiesOnly ? await onlyNamed(place.agent, place.identities) : place.agent };
  }
  for (const file of place.identities) {
    const key = await keyring.open(file);
    if (key === undefined) continue;
    tried(file);
    yield { type: 'publickey', username: place.user, key };
  }
}

async function readKey(file: string, ask: Io['ask'], hide: (values: readonly string[]) => void): Promise<ParsedKey | undefined> {
  const text = await readFile(file).catch(() => undefined);
  if (text === undefined) return undefined;
  const { utils } = await import('../node-ssh.js');
  let key = first(utils.parseKey(text));
  for (let tries = 0; key instanceof Error && /passphrase|encrypted/i.test(key.message) && tries < 3; tries += 1) {
    const passphrase = await ask({ code: 'SC3705', text: `Passphrase of ${file}:`, choices: [], fallback: '', hidden: true });
    if (passphrase === '') return undefined;
    hide([passphrase]);
    key = first(utils.parseKey(text, passphrase));
  }
  return key instanceof Error || !key.isPrivateKey() ? undefined : key;
}

function first(parsed: ParsedKey | ParsedKey[] | Error): ParsedKey | Error {
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('no key')) : parsed;
}

/** `IdentitiesOnly yes`: of the agent's keys those alone that the config names, by their public files. */
async function onlyNamed(socket: string, identities: readonly string[]): Promise<BaseAgent> {
  const { createAgent, utils } = await import('../node-ssh.js');
  const texts = await Promise.all(identities.flatMap((file) => [file, `${file}.pub`]).map((file) => readFile(file).catch(() => undefined)));
  const named = new Set(texts.flatMap((text) => (text === undefined ? [] : [first(utils.parseKey(text))])).flatMap((key) => (key instanceof Error ? [] : [key.getPublicSSH().toString('base64')])));
  const agent = createAgent(socket);
  const publicOf = (key: unknown): string => (key as ParsedKey).getPublicSSH().toString('base64');
  return Object.assign(Object.create(agent) as BaseAgent, {
    getIdentities: (told: IdentityCallback) => agent.getIdentities((error, keys) => told(error ?? undefined, keys?.filter((key) => named.has(publicOf(key))))),
    sign: (key: ParsedKey, data: Buffer, options: SigningRequestOptions, told: SignCallback) => agent.sign(key, data, options, told),
  });
}
