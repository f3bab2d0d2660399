import { createHash, createHmac } from 'node:crypto';
import { posix } from 'node:path';
import { isStagecraftError } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Files } from '../ports/files.js';
import { canonicalJson, compare } from './canonical-json.js';
import { members } from './canonical.js';
import { isRecord } from './canonical-values.js';
import type { MountedSecrets } from '../secrets/kept.js';
import { fillIn, secretsIn } from '../secrets/markers.js';
import { secretText } from '../secrets/secret-text.js';
import { unknownDigest } from './digest.js';
import type { ComposeModel, ComposeService, Json, MountedFile } from './model.js';
import { bare } from './paths.js';
import { placeOfMount } from './places.js';

/** A file to bring to the environment's folder on the host. Its folder `files/<digest>` must be readable by the deploy user alone (0700). */
export interface Upload {
  /** Below the environment's folder. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

export interface Mounts {
  /** The definition with every mounted project file named by content, and writable folders of the project by their place on the host. */
  readonly definition: Readonly<Record<string, Json>>;
  readonly files: readonly MountedFile[];
  readonly uploads: readonly Upload[];
  /** What its containers can read there that no output may show. Secret. */
  readonly secrets: MountedSecrets;
  readonly findings: readonly Finding[];
}

export interface MountInput {
  readonly model: ComposeModel;
  readonly service: ComposeService;
  readonly files: Files;
  readonly variables: Readonly<Record<string, string>>;
  /** Values of named secrets, whose markers stand in variables and in what was made of them. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly valuesKey?: string;
}

const mostFiles = 2_000;
const mostBytes = 64 * 1024 * 1024;

/** Brings what a service mounts of the project into the release: read-only files, folders, configs and secrets by content; writable folders outside of it. */
export async function mountsOf(input: MountInput): Promise<Mounts> {
  const { service, model } = input;
  const findings: Finding[] = [];
  const files: MountedFile[] = [];
  const uploads: Upload[] = [];
  const secrets: { names: string[]; texts: string[] } = { names: [], texts: [] };
  const tell = (severity: Finding['severity'], code: string, message: string, next: readonly string[], location: Location): void => void findings.push({ severity, code, message, next, location, service: service.name });

  const carry = (tree: Tree, name: string, source: string, secret: boolean): string => {
    const digest = digestOf(tree, secret, input.valuesKey);
    const root = `files/${digest}/${name}`;
    for (const { path, content, mode } of tree) {
      const whole = path === '' ? root : `${root}/${path}`;
      files.push({ source: path === '' ? source : posix.join(source, path), path: whole, digest, mode, secret });
      if (digest !== unknownDigest) uploads.push({ path: whole, content, mode });
    }
    return root;
  };

  const mounts: Json[] = [];
  for (const mount of members(service.definition.volumes)) {
    const source = mount.type === 'bind' && typeof mount.source === 'string' ? mount.source : '';
    if (!source.startsWith('.')) {
      mounts.push(mount);
      continue;
    }
    const location = placeOfMount(model, service.name, String(mount.target));
    const found = source.startsWith('..') ? undefined : await input.files.stat(source);
    if (source.startsWith('..')) {
      tell('error', 'SC1421', `${service.name} mounts ${source}, which is outside the project folder`, [`move it into the project, and mount it as \`./${posix.basename(source)}\``], location);
      continue;
    }
    const writable = mount.read_only !== true;
    if (!writable && found === undefined) {
      tell('error', 'SC1420', `${service.name} mounts ${bare(source)}, which is not there`, [`create ${bare(source)}, or take the mount out`], location);
      continue;
    }
    if (writable && found?.kind !== 'file') {
      if (found?.kind === 'folder' && (await input.files.list(source)).length > 0) {
        tell('warning', 'SC1422', `${service.name} may write to ${bare(source)}: on a host this is an empty folder of its own, outside every release; what is in ${bare(source)} here does not go there`, [`write \`${bare(source)}:${String(mount.target)}:ro\` (with \`./\`) where its content is to travel with the release`], location);
      }
      mounts.push({ ...mount, source: dataFolder(source) });
      continue;
    }
    if (writable) tell('warning', 'SC1423', `${service.name} mounts the file ${bare(source)} to write to it; a release brings it read-only`, [`write \`${source}:${String(mount.target)}:ro\``], location);
    const tree = await readTree(input.files, source, (message, next) => tell('error', 'SC1424', `${service.name} mounts ${bare(source)}: ${message}`, next, location));
    if (tree === undefined) continue;
    const { read_only: _, source: __, ...rest } = mount;
    mounts.push({ ...rest, read_only: true, source: carry(tree, nameOf(source), bare(source), false) });
  }

  for (const kind of ['configs', 'secrets'] as const) {
    for (const item of members(service.definition[kind])) {
      const key = String(item.source);
      const at = model.locate([kind, key]);
      const declared = model[kind][key];
      const section = isRecord(declared) ? declared : {};
      const one = await contentOf(input, kind, key, section, at, tell);
      if (one === undefined) continue;
      if (item.uid !== undefined || item.gid !== undefined) tell('warning', 'SC1425', `${service.name} wants an owner for the ${kind.slice(0, -1)} \`${key}\`; every user of the container can read it, and its owner is not changed`, ['remove `uid` and `gid`'], model.locate(['services', service.name, kind]));
      const mode = typeof item.mode === 'string' ? parseInt(item.mode, 8) : undefined;
      // A container's user is rarely the host's: 0444, and the folder above keeps others on the host out.
      const tree = one.tree.map((entry) => ({ ...entry, mode: mode ?? (kind === 'secrets' || one.inline ? 0o444 : entry.mode) }));
      secrets.names.push(...one.names);
      if (kind === 'secrets') secrets.texts.push(...tree.flatMap(({ content }) => secretText(content)));
      mounts.push({ read_only: true, source: carry(tree, one.inline ? key : nameOf(one.source), one.source, kind === 'secrets' || one.secret), target: String(item.target), type: 'bind' });
    }
  }

  const { configs: _configs, secrets: _secrets, volumes: _volumes, ...rest } = service.definition;
  const sorted = mounts.map((mount) => Object.fromEntries(Object.entries(mount as Readonly<Record<string, Json>>).sort(([a], [b]) => compare(a, b)))).sort((a, b) => compare(String(a.target), String(b.target)));
  const definition = mounts.length === 0 ? rest : Object.fromEntries(Object.entries({ ...rest, volumes: sorted }).sort(([a], [b]) => compare(a, b)));
  return { definition, files: files.sort((a, b) => compare(a.path, b.path)), uploads, secrets, findings };
}

/** Where a writable folder of the project lies on the host: one place for every service that mounts it. */
export function dataFolder(source: string): string {
  const name = nameOf(source).replace(/[^A-Za-z0-9_.-]/g, '_');
  return `data/${name}-${createHash('sha256').update(posix.normalize(source)).digest('hex').slice(0, 8)}`;
}

interface TreeFile {
  /** Inside the mounted folder; empty for a single file. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}
type Tree = readonly TreeFile[];

interface Content {
  readonly tree: Tree;
  readonly source: string;
  readonly inline: boolean;
  readonly secret: boolean;
  /** Named secrets in it. */
  readonly names: readonly string[];
}

type Tell = (severity: Finding['severity'], code: string, message: string, next: readonly string[], location: Location) => void;

async function contentOf(input: MountInput, kind: 'configs' | 'secrets', key: string, section: Readonly<Record<string, Json>>, at: Location, tell: Tell): Promise<Content | undefined> {
  const what = `the ${kind.slice(0, -1)} \`${key}\``;
  const inline = (text: string, secret: boolean): Content => ({ tree: [{ path: '', content: Buffer.from(fillIn(text, input.secrets ?? {})), mode: 0o444 }], source: `${kind.slice(0, -1)}:${key}`, inline: true, secret, names: secretsIn(text) });
  if (section.external === true) {
    tell('error', 'SC1426', `${what} is external: an engine without Swarm has none`, ['give it a `file`, an `environment` variable or, for a config, `content`'], at);
    return undefined;
  }
  if (typeof section.environment === 'string') {
    const value = Object.hasOwn(input.variables, section.environment) ? input.variables[section.environment] : undefined;
    if (value === undefined) tell('error', 'SC1427', `${what} takes the variable \`${section.environment}\`, which is not set`, [`set ${section.environment} in the environment's \`env\`, in its \`env_file\`, in .env or in your shell`], at);
    return value === undefined ? undefined : inline(value, true);
  }
  // What interpolation put in may be secret.
  if (typeof section.content === 'string') return inline(section.content, secretsIn(section.content).length > 0 || Object.values(input.variables).some((value) => value.length > 3 && (section.content as string).includes(value)));
  if (typeof section.file !== 'string') {
    tell('error', 'SC1426', `${what} says nothing about its content`, ['give it a `file`'], at);
    return undefined;
  }
  const source = section.file;
  if (source.startsWith('..')) {
    tell('error', 'SC1421', `${what} is the file ${source}, which is outside the project folder`, ['move it into the project'], at);
    return undefined;
  }
  if ((await input.files.stat(source)) === undefined) {
    tell('error', 'SC1420', `${what} is the file ${bare(source)}, which is not there`, [`create ${bare(source)}`], at);
    return undefined;
  }
  const tree = await readTree(input.files, source, (message, next) => tell('error', 'SC1424', `${what} is ${bare(source)}: ${message}`, next, at));
  return tree && { tree, source: bare(source), inline: false, secret: false, names: [] };
}

/** A file, or all files of a folder, sorted by path. Of modes only the executable bit counts, which is all that version control keeps. */
async function readTree(files: Files, source: string, refuse: (message: string, next: readonly string[]) => void): Promise<Tree | undefined> {
  const tree: TreeFile[] = [];
  let size = 0;
  const add = async (path: string): Promise<boolean> => {
    const whole = path === '' ? source : posix.join(source, path);
    const found = await files.stat(whole);
    if (found?.kind !== 'file') return true;
    size += found.size;
    if (size > mostBytes || tree.length >= mostFiles) return false;
    const content = await files.readBytes(whole, mostBytes);
    if (content !== undefined) tree.push({ path, content, mode: found.mode & 0o111 ? 0o755 : 0o644 });
    return true;
  };
  const walk = async (folder: string, depth: number): Promise<boolean> => {
    if (depth > 32) return false;
    for (const entry of await files.list(posix.join(source, folder))) {
      const path = posix.join(folder, entry.name);
      if (entry.kind === 'link' && (await files.stat(posix.join(source, path)))?.kind === 'folder') {
        refuse(`${path} is a link to a folder, which is not followed`, ['put the folder itself there']);
        continue;
      }
      if (!(entry.kind === 'folder' ? await walk(path, depth + 1) : await add(path))) return false;
    }
    return true;
  };
  try {
    const whole = (await files.stat(source))?.kind === 'folder' ? await walk('', 0) : await add('');
    if (!whole) {
      refuse(`it is more than ${mostFiles} files or ${mostBytes / 1024 / 1024} MiB`, ['put it into the image instead: `COPY` in the Dockerfile']);
      return undefined;
    }
  } catch (error) {
    if (!isStagecraftError(error)) throw error;
    refuse(error.message, error.next);
    return undefined;
  }
  // A folder must be there to be mounted, even an empty one.
  return tree.length === 0 ? [{ path: '.empty', content: new Uint8Array(), mode: 0o644 }] : tree.sort((a, b) => compare(a.path, b.path));
}

function digestOf(tree: Tree, secret: boolean, key: string | undefined): string {
  // A plain digest of a short secret could be guessed from.
  if (secret && key === undefined) return unknownDigest;
  return treeDigest(tree.map(({ path, content, mode }) => ({ path, mode, content: createHash('sha256').update(content).digest('hex') })), secret ? key : undefined);
}

/** The digest that names a mounted tree. @param tree sorted by path; `content` is the SHA-256 of each file. @param key where it is secret. */
export function treeDigest(tree: readonly { readonly path: string; readonly mode: number; readonly content: string }[], key: string | undefined): string {
  const listing = canonicalJson(tree.map(({ path, mode, content }) => [path, mode, content]));
  return key === undefined ? createHash('sha256').update(listing).digest('hex') : createHmac('sha256', key).update(listing).digest('hex');
}

function nameOf(source: string): string {
  const name = posix.basename(posix.normalize(source));
  return name === '.' || name === '' ? 'project' : name;
}
