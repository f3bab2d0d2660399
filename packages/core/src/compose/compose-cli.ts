import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { quote } from '../hosts/quote.js';
import type { Exec } from '../ports/exec.js';
import type { Json } from './model.js';
import { compare } from './canonical-json.js';
import type { Source, Sources } from './sources.js';
import { child, isMap, type Node } from './tree.js';

/** What `docker compose config` said. */
export type CliAnswer =
  | { readonly kind: 'absent'; readonly reason: string }
  | { readonly kind: 'refused'; readonly message: string; readonly version: string }
  | { readonly kind: 'model'; readonly raw: Readonly<Record<string, Json>>; readonly mirror: string; readonly around: string; readonly home: string };

export interface CliRequest {
  readonly exec: Exec;
  readonly sources: Sources;
  readonly variables: Readonly<Record<string, string>>;
  readonly project: string;
  /** Local files beside the Compose files that Compose reads by itself (`.env` of an included folder). */
  readonly beside: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The first Compose that this tool works with. */
export const oldestCompose = '2.20.0';

/**
 * Asks Compose for the canonical model. It needs no daemon. One short shell script copies the files into a private folder (0700, removed
 * whatever happens), with `env_file` of services taken out, and runs `docker compose config` there in a clean environment.
 */
export async function askCompose(request: CliRequest): Promise<CliAnswer> {
  const script = composeScript(request);
  const result = await request.exec.run(['sh', '-s'], { stdin: script, timeoutMs: 60_000, keep: 64 * 1024 * 1024, secrets: Object.values(request.variables), ...(request.signal === undefined ? {} : { signal: request.signal }) });
  if (result.exitCode === 90) return { kind: 'absent', reason: 'there is no `docker compose` here' };
  const [folder = '', home = '', ...rest] = result.stdout.split('\n');
  const mirror = `${folder}/${depth}/root`;
  if (result.exitCode !== 0) {
    const version = result.exitCode === 91 ? (rest[0] ?? '').trim() : '';
    if (version === '') return { kind: 'absent', reason: result.exitCode === 91 ? 'there is no `docker compose` here' : `it could not be asked: ${cleaned(result.stderr, mirror)}` };
    if (!isAtLeast(version, 2, 20)) return { kind: 'absent', reason: `docker compose ${version} is older than ${oldestCompose}` };
    return { kind: 'refused', message: cleaned(result.stderr, mirror), version };
  }
  // Compose doubles every dollar of its output, so that it can be read again.
  const raw = JSON.parse(rest.join('\n').replaceAll('$$', '$')) as Readonly<Record<string, Json>>;
  return { kind: 'model', raw, mirror, around: folder, home };
}

// `../../shared` in a Compose file must stay inside the private folder.
const depth = '0/1/2/3/4/5/6/7';

/** The script; exported for tests, which read it as text. */
export function composeScript(request: Pick<CliRequest, 'sources' | 'variables' | 'project' | 'beside'>): string {
  const copies: [string, string][] = [
    ...[...request.sources.all.values()].map((source): [string, string] => [source.file, withoutEnvFiles(source)]),
    ...Object.entries(request.beside),
  ];
  const files = copies.filter(([path]) => !path.startsWith('/') && path.split('/').filter((part) => part === '..').length < 8).sort(([a], [b]) => compare(a, b));
  const envFile = `${Object.entries(request.variables).filter(([name]) => /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)).sort(([a], [b]) => compare(a, b)).map(([name, value]) => `${name}=${envValue(value)}`).join('\n')}\n`;
  const end = `END_${createHash('sha256').update(JSON.stringify([files, envFile])).digest('hex')}`;
  const folders = [...new Set(files.map(([path]) => posix.dirname(path)))];
  const base = posix.normalize(request.sources.main[0]?.base ?? '.');
  return [
    'set -eu',
    'umask 077',
    'command -v docker >/dev/null 2>&1 || exit 90',
    'd=$(mktemp -d "${TMPDIR:-/tmp}/stagecraft-compose.XXXXXX")',
    `trap 'rm -rf -- "$d"' EXIT`,
    ...['HUP 129', 'INT 130', 'TERM 143'].map((pair) => `trap 'exit ${pair.split(' ')[1]}' ${pair.split(' ')[0]}`),
    'd=$(cd -- "$d" && pwd -P)',
    'printf \'%s\\n%s\\n\' "$d" "${HOME:-}"',
    // Compose sees nothing of the operator's environment but what it needs to run: what a deploy does must not depend on whose shell it is.
    'clean() { env -i PATH="$PATH" HOME="${HOME:-/}" ${DOCKER_CONFIG+"DOCKER_CONFIG=$DOCKER_CONFIG"} "$@"; }',
    `r="$d/${depth}/root"`,
    'mkdir -p -- "$r"',
    ...folders.map((folder) => `mkdir -p -- "$r"/${quote(folder)}`),
    ...files.flatMap(([path, content]) => [`cat >"$r"/${quote(path)} <<'${end}'`, content.replace(/\n$/, ''), end]),
    `cat >"$d/variables" <<'${end}'`,
    envFile.replace(/\n$/, ''),
    end,
    'code=0',
    ['clean docker compose', `-p ${quote(request.project)}`, `--project-directory "$r"/${quote(base)}`, '--env-file "$d/variables"', "--profile '*'", ...request.sources.main.map(({ file }) => `-f "$r"/${quote(file)}`), 'config --format json >"$d/model" 2>"$d/error" </dev/null || code=$?'].join(' '),
    // The version is asked for only where it says why: what an older one reads has the same canonical form, and the host's own is checked by preflight.
    'if [ "$code" -ne 0 ]; then clean docker compose version --short 2>/dev/null </dev/null || echo; cat -- "$d/error" >&2; exit 91; fi',
    'cat -- "$d/model"',
    '',
  ].join('\n');
}

/** A value for Compose's reader of env files, which gives it back exactly. */
export function envValue(value: string): string {
  if (/^[A-Za-z0-9_./:@%+=,-]+$/.test(value)) return value;
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '\\$').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}

/** The text with `env_file` of every service turned into an extension without content; every line stays where it is. */
export function withoutEnvFiles(source: Source): string {
  const services = child(source.root, 'services');
  const lines = source.text.replace(/^\uFEFF/, '').split('\n');
  const places = new Map<string, { readonly line: number; readonly column: number }>();
  // Anchored maps appear in several services: each place is edited once. What `<<` brings is edited even where an own key stands in its place, since
  // that one has another name afterwards.
  const collect = (service: Node): void => {
    if (!isMap(service)) return;
    const entry = service.entries.get('env_file');
    if (entry !== undefined && entry.at.file === source.file) places.set(`${entry.at.line}:${entry.at.column}`, entry.at);
    service.merged?.forEach(collect);
  };
  if (isMap(services)) for (const { value } of services.entries.values()) collect(value);
  // From the right: an edit moves what stands behind it on its line.
  for (const { line, column } of [...places.values()].sort((a, b) => b.column - a.column)) {
    const text = lines[line - 1] as string;
    const before = text.slice(0, column - 1);
    const written = /^(['"]?)env_file\1/.exec(text.slice(column - 1))?.[0];
    // Each has a name of its own: an old Compose cannot merge a text with a list.
    if (written !== undefined) lines[line - 1] = `${before}x-env-file-${createHash('sha256').update(source.file).digest('hex').slice(0, 8)}-${line}${text.slice(column - 1 + written.length)}`;
  }
  return lines.join('\n');
}

/** Compose's own words, without its log format and our folder's name. */
function cleaned(message: string, mirror: string): string {
  const lines = message.split('\n').map((line) => line.replace(/^time="[^"]*" level=\w+ msg=/, '').trim()).filter((line) => line !== '' && !/is not set\. Defaulting to a blank string/.test(line) && !/`version` is obsolete/.test(line));
  return lines.join('; ').replaceAll(`${mirror}/`, '').replaceAll(mirror, '.').replaceAll(/\/[^\s]*stagecraft-compose\.[A-Za-z0-9]+/g, '');
}

export function isAtLeast(version: string, wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map((part) => parseInt(part, 10));
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
