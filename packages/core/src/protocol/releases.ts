import { fail, isStagecraftError } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { nextSerialOf, servingOf, verifyHistory } from './history.js';
import { parseObject, readRecord, runFenced, runScript, type Place } from './host-script.js';
import { digestOf, type Journal } from './journal.js';
import { boundAfter, readMembers } from './members.js';
import { exits } from './prelude.js';
import { recordWords } from './record-words.js';
import type { HostRecord, ReleaseRecord } from './types.js';
import { insidePath, uploadScript, type Upload } from './upload.js';

/** Releases on one host: sealed files, closed records, mounted files, secrets. */
export interface Releases {
  /** Writes files of a release, each crash-safely; files that are there are replaced. `modes` by name; default 0600. */
  putRelease(session: string, id: string, files: Readonly<Record<string, string | Uint8Array>>, modes?: Readonly<Record<string, number>>): Promise<void>;
  readRelease(id: string): Promise<ReleaseRecord | undefined>;
  readReleaseFile(id: string, name: string): Promise<string | undefined>;
  /** All releases, newest first, verified against the journal. @throws StagecraftError `external` (SC3010 to SC3012) when it was changed. */
  history(): Promise<readonly ReleaseRecord[]>;
  /** The newest release that committed. */
  serving(): Promise<ReleaseRecord | undefined>;
  /** 1 + the highest. Ask under the lock. */
  nextSerial(): Promise<number>;
  /** Files by content, `files/<digest>/…`: only what is missing is sent. */
  putFiles(session: string, files: readonly Upload[]): Promise<void>;
  /** The same without the lock, for what is named by its content and changes nothing that is there: files of a one-off container. */
  putFilesByContent(files: readonly Upload[]): Promise<void>;
  /** Writes files below the environment's folder in this order, each crash-safely, in as few scripts as they fit in. Those that are there are replaced. */
  putInOrder(session: string, files: readonly Upload[]): Promise<void>;
  /** `secrets/<name>`, 0600. */
  putSecret(session: string, name: string, content: string): Promise<void>;
  readSecret(name: string): Promise<string | undefined>;
  /** All `secrets/*.json`, sorted by name; none where the host was never used. */
  readSecrets(): Promise<readonly { readonly name: string; readonly text: string }[]>;
  /** Removes releases and their secrets, and says so in the journal first. */
  prune(session: string, operation: string, ids: readonly string[]): Promise<void>;
}

export function createReleases(place: Place, readChain: () => Promise<Journal>): Releases {
  const folder = place.scope.folder;
  const upload = async (session: string | undefined, files: readonly Upload[], what: string): Promise<void> => {
    for (const batch of batches(files)) {
      const { script, stdin } = uploadScript(batch);
      await (session === undefined ? runScript(place, script, what, { stdin }) : runFenced(place, session, script, what, { stdin }));
    }
  };
  const uploadMissing = async (session: string | undefined, files: readonly Upload[]): Promise<void> => {
    if (files.length === 0) return;
    const there = new Set((await runScript(place, files.map(({ path }) => `[ ! -e "$E"/${quote(insidePath(path))} ] || printf '%s\\n' ${quote(path)}`).join('\n'), 'Looking at the files of releases')).split('\n'));
    await upload(session, files.filter(({ path }) => !there.has(path)), 'Writing files of the release');
  };

  const releases: Releases = {
    putRelease: (session, id, files, modes = {}) =>
      upload(session, Object.entries(files).sort().map(([name, content]) => ({ path: `releases/${checked(id)}/${name}`, content, mode: modes[name] ?? 0o600 })), `Writing the release ${id}`),

    async readRelease(id) {
      return readRecord<ReleaseRecord>(place, `releases/${checked(id)}/release.json`, (release) => release.id === id && typeof release.serial === 'number');
    },

    readReleaseFile: (id, name) => place.files.read(`${folder}/releases/${checked(id)}/${insidePath(name)}`),

    async history() {
      try {
        return await readHistory(place, readChain());
      } catch (error) {
        // Records and journal are read side by side; what was closed meanwhile looks changed, and does not the next time.
        if (!isStagecraftError(error) || !['SC3011', 'SC3012'].includes(error.code)) throw error;
        return readHistory(place, readChain);
      }
    },

    serving: async () => servingOf(await releases.history()),
    nextSerial: async () => nextSerialOf(await releases.history()),

    putFiles: uploadMissing,
    putFilesByContent: (files) => uploadMissing(undefined, files),
    putInOrder: (session, files) => upload(session, files, 'Writing the release'),
    putSecret: (session, name, content) => upload(session, [{ path: `secrets/${checked(name)}`, content, mode: 0o600 }], 'Writing secrets'),
    readSecret: (name) => place.files.read(`${folder}/secrets/${checked(name)}`),

    async readSecrets() {
      const names = (await place.files.list(`${folder}/secrets`)).filter((name) => name.endsWith('.json')).sort();
      const texts = await Promise.all(names.map(async (name) => ({ name, text: (await place.files.read(`${folder}/secrets/${name}`)) ?? '' })));
      return texts.filter(({ text }) => text !== '');
    },

    async prune(session, operation, ids) {
      if (ids.length === 0) return;
      const script = ids.map((id) => `now
append ${recordWords({ type: 'note', operation, session, message: `removed release ${id}`, result: { pruned: checked(id) } })} || exit ${exits.full}
rm -rf "$E"/releases/${quote(id)} && rm -f "$E"/secrets/${quote(`${id}.json`)} "$E"/secrets/${quote(`${id}.yml`)} "$E"/secrets/${quote(`${id}.parts.json`)}`);
      await runFenced(place, session, script.join('\n'), 'Removing old releases');
    },
  };
  return releases;
}

/** @param journal that is read now, or how to read it after the records. */
async function readHistory(place: Place, journal: Promise<Journal> | (() => Promise<Journal>)): Promise<readonly ReleaseRecord[]> {
  if (typeof journal !== 'function') journal.catch(() => undefined);
  const text = await runScript(place, `[ ! -d "$E/releases" ] || find "$E/releases" -mindepth 2 -maxdepth 2 -name release.json -exec cat {} +`, 'Reading the history', { keep: largestHistory });
  const chain = await (typeof journal === 'function' ? journal() : journal);
  const host = parseObject<HostRecord>((await place.files.read(`${place.scope.root}/host.json`)) ?? '');
  const verify = (after?: number): readonly ReleaseRecord[] => verifyHistory(text.split('\n').filter((line) => line !== ''), chain, host?.identity ?? '', place.scope.folder, after);
  try {
    return verify();
  } catch (error) {
    if (!isStagecraftError(error) || error.code !== 'SC3012') throw error;
    const members = await readMembers(place);
    if (members === undefined) throw error;
    return verify(boundAfter(members, host?.identity ?? ''));
  }
}

// Ten thousand releases are some ten megabytes, and one that is cut off would look damaged.
const largestHistory = 256 * 1024 * 1024;

export function releaseLine(release: ReleaseRecord): { readonly text: string; readonly digest: string } {
  const text = `${JSON.stringify(release)}\n`;
  return { text, digest: digestOf(text) };
}

// One script holds the lock for as long as its input takes to come.
function batches(files: readonly Upload[]): readonly (readonly Upload[])[] {
  const all: Upload[][] = [];
  let size = Infinity;
  for (const file of files) {
    size += file.content.length;
    if (size > 8 * 1024 * 1024 || (all.at(-1)?.length ?? 0) >= 200) {
      all.push([]);
      size = file.content.length;
    }
    all.at(-1)?.push(file);
  }
  return all;
}

function checked(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) throw fail({ code: 'SC3017', kind: 'user', message: `${JSON.stringify(name)} is not the name of a release or of its files.`, next: ['stagecraft releases list'] });
  return name;
}
