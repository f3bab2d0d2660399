import { root, scope } from '../place.js';
import type { Case } from './twin.js';

/** Folder of the run of a step. */
export const run = `${scope.folder}/runs/op-rel-2/local+web+start/do-1.s-1`;

/** A script of a simulated host in the folder of a case: there the state folder lies. */
export function under(script: string): Case['script'] {
  return (folder) => script.replace(/(?<![\w./])\/state\b/g, `${folder}${root}`);
}

/** States of a host in which a script may find it. */
export const states: readonly string[] = ['ours', 'ours, with a journal', 'ours, with a torn journal', 'another session holds the lock', 'it was cancelled', 'ours, and it ran before'];

export function hostWith(state: string): NonNullable<Case['files']> {
  const files = new Map<string, { readonly text: string | undefined; readonly mode: number }>();
  const folder = (path: string): void => {
    for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) files.set(path.slice(1, end), { text: undefined, mode: 0o700 });
    files.set(path.slice(1), { text: undefined, mode: 0o700 });
  };
  const file = (path: string, text: string): void => void files.set(path.slice(1), { text, mode: 0o600 });
  for (const path of [run, `${scope.folder}/releases/rel-2`, `${scope.folder}/secrets`, `${root}/proxy/files`, `${root}/proxy/edges`]) folder(path);
  file(`${scope.folder}/lock`, `{"session":"${state.startsWith('another') ? 's-2' : 's-1'}","operation":"op-rel-2","owner":{"user":"me"},"left":false}\n`);
  file(`${root}/proxy/files/old file.txt`, 'old\n');
  file(`${root}/proxy/edges/shop-prod-edge`, '');
  const record = `{"prev":"${'0'.repeat(64)}","seq":1,"type":"open","operation":"op-rel-2","session":"s-1"}\n`;
  if (state.includes('journal')) file(`${scope.folder}/journal.ndjson`, state.includes('torn') ? `${record}${record.slice(0, 40)}` : record);
  if (state.includes('cancelled')) file(`${run}/cancelled`, '');
  if (state.includes('before')) file(`${run}/results`, 'exit=0\nids=a "b" \\c\n');
  return files;
}
