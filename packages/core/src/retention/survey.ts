import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import type { Scope } from '../hosts/scope.js';
import type { Shell } from '../ports/shell.js';

/** What lies in the state folder, with its size in bytes. */
export interface Survey {
  readonly releases: ReadonlyMap<string, number>;
  /** By operation. */
  readonly runs: ReadonlyMap<string, number>;
  /** By digest. */
  readonly files: ReadonlyMap<string, number>;
  /** Names of what belongs to releases under `secrets/`. */
  readonly secrets: readonly string[];
  /** Images that releases of any project and environment here name: by the folder of the release. */
  readonly images: readonly { readonly folder: string; readonly id: string }[];
  /** Mounted files that releases of this environment name: by the id of the release. */
  readonly mounts: readonly { readonly release: string; readonly digest: string }[];
}

/** Looks at what the state folder holds. Changes nothing. */
export async function survey(shell: Shell, scope: Scope): Promise<Survey> {
  const script = `R=${quote(scope.root)} E=${quote(scope.folder)}
[ -d "$E" ] || exit 0
for k in releases runs files; do
  [ ! -d "$E/$k" ] || { cd "$E/$k" && find . -mindepth 1 -maxdepth 1 -type d -exec du -sk {} + | sed "s|^|$k |"; }
done
[ ! -d "$E/secrets" ] || { cd "$E/secrets" && find . -maxdepth 1 -name 'rel-*' -type f | sed 's|^|secrets 0 |'; }
cd "$R" && find . -mindepth 5 -maxdepth 5 -path './*/*/releases/*/release.json' -exec grep -oHE 'sha256:[0-9a-f]{64}' {} + | sort -u | sed 's|^|images 0 |'
[ ! -d "$E/releases" ] || { cd "$E/releases" && find . -mindepth 2 -maxdepth 2 -name model.json -exec grep -oHE 'files/[0-9a-f]{64}/' {} + | sort -u | sed 's|^|mounts 0 |'; }
exit 0`;
  const result = await shell.run(script, { timeoutMs: 300_000, keep: 256 * 1024 * 1024 });
  if (result.exitCode !== 0) throw fail({ code: 'SC5072', kind: 'external', message: `The state folder ${scope.folder} could not be looked at.`, next: [`ls -l ${quote(scope.folder)}`], tail: result.stderr.trim().split('\n').slice(-5) });
  const rows = result.stdout.split('\n').flatMap((line) => {
    const [, kind = '', kib = '', name = ''] = /^(\w+) (\d+)\s+\.\/(.*)$/.exec(line) ?? [];
    return kind === '' ? [] : [{ kind, bytes: Number(kib) * 1024, name }];
  });
  const sizes = (kind: string): ReadonlyMap<string, number> => new Map(rows.filter((row) => row.kind === kind).map((row) => [row.name, row.bytes]));
  const pairs = (kind: string): readonly (readonly [string, string])[] => rows.filter((row) => row.kind === kind).map(({ name }) => [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)] as const);
  return {
    releases: sizes('releases'),
    runs: sizes('runs'),
    files: sizes('files'),
    secrets: rows.filter((row) => row.kind === 'secrets').map((row) => row.name).sort(),
    images: pairs('images').map(([path, id]) => ({ folder: `${scope.root}/${path.slice(0, path.lastIndexOf('/'))}`, id })),
    mounts: pairs('mounts').map(([path, place]) => ({ release: path.split('/')[0] ?? '', digest: place.split('/')[1] ?? '' })),
  };
}
