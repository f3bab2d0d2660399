import { message } from '../message.js';

export const cacheSetAside = message<{ path: string; aside: string }>({
  type: 'notice',
  code: 'SC3040',
  description: "The project's cache of releases could not be read; it was kept aside, and is made again from the hosts.",
  payload: { path: 'the cache file', aside: 'where it lies now' },
  text: (d) => `${d.path} could not be read; it is kept as ${d.aside} and made again from the hosts.`,
});

export const copyNotWritten = message<{ what: string; reason: string }>({
  type: 'notice',
  code: 'SC3041',
  description: 'What the project keeps only for people to read could not be written. The hosts have it all, and the command went on.',
  payload: { what: 'what was not written', reason: 'why' },
  text: (d) => `${d.what} could not be written in the project, and is as it was: ${d.reason} Nothing depends on it; the hosts have it all.`,
});

export const hostConnection = message<{ host: string; state: 'lost' | 'back'; waitMs: number }>({
  type: 'notice',
  code: 'SC3741',
  description: 'The connection to a host broke, and it is waited for; or it is there again.',
  payload: { host: 'name of the host', state: 'what became of the connection', waitMs: 'how long it is waited for, milliseconds' },
  text: (d) => (d.state === 'back' ? `${d.host} is there again.` : `The connection to ${d.host} broke. Waiting for it, up to ${Math.ceil(d.waitMs / 1000)} s.`),
});

export const hostAway = message<{ host: string; reason: string }>({
  type: 'notice',
  code: 'SC3742',
  description: 'A host did not answer, and what it could tell is missing.',
  payload: { host: 'name of the host', reason: 'why' },
  text: (d) => `${d.host} did not answer, and what is on it is missing here: ${d.reason}`,
});

export const hostLeftOut = message<{ host: string; since: string; by: string; answers: boolean }>({
  type: 'notice',
  code: 'SC3743',
  description: 'A host of the config was forgotten and is left out of what is done.',
  payload: { host: 'name of the host', since: 'when it was forgotten', by: 'who forgot it', answers: 'it answers all the same' },
  text: (d) => `${d.host} was forgotten by ${d.by} at ${d.since} and is left out.${d.answers ? ` It answers again: stagecraft hosts adopt ${d.host}` : ''}`,
});
