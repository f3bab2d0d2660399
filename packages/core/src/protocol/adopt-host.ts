import { quote } from '../hosts/quote.js';
import { runFenced, type Place } from './host-script.js';
import { exits } from './prelude.js';
import { recordWords } from './record-words.js';
import { insidePath } from './upload.js';

/**
 * Sets a host's own history aside, for it to begin anew. Files and values that its containers use stay where they are.
 * @param key its key is another than that of the other hosts, and goes too.
 * @returns the folder where it lies now; undefined: there was none.
 */
export async function setAside(place: Place, session: string, operation: string, key: boolean): Promise<string | undefined> {
  const folder = `${place.scope.folder}/aside-${insidePath(operation)}`;
  const script = `A=${quote(folder)} 
mkdir -p "$A/secrets" || exit ${exits.full}
for f in journal.ndjson members.json open.json decision releases runs${key ? ' secrets/key' : ''}; do
  [ -e "$E/$f" ] || continue
  mv -f "$E/$f" "$A/$f" || exit 1
done
mkdir -p "$E/releases" "$E/runs" && sync "$A" "$E" || exit ${exits.full}
rmdir "$A/secrets" "$A/releases" "$A/runs" "$A" 2>/dev/null || :
if [ -e "$A" ]; then printf 'moved\\n'; else printf 'nothing\\n'; fi`;
  return (await runFenced(place, session, script, 'Setting the history aside')).trim() === 'moved' ? folder : undefined;
}

/** Says in the journal which releases were copied from other hosts: from then on none of them is changed or lost unnoticed. */
export async function noteCopied(place: Place, session: string, operation: string, copied: readonly { readonly release: string; readonly digest: string }[]): Promise<void> {
  if (copied.length === 0) return;
  const lines = copied.map(({ release, digest }) => `now
append ${recordWords({ type: 'note', operation, session, message: `copied release ${release} from other hosts`, result: { copied: release, digest } })} || exit ${exits.full}`);
  await runFenced(place, session, lines.join('\n'), 'Writing the journal');
}
