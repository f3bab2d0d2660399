import { createHash } from 'node:crypto';
import { textFrom } from '../config/text.js';
import type { BuildRequest } from '../plugin-api/backend.js';
import type { Containers } from '../ports/containers.js';
import type { Files } from '../ports/files.js';

/**
 * SHA-256 of everything that a build reads: Dockerfile, context by `.dockerignore`, arguments, and the ids of its base images as the engine
 * has them. The same digest means that a build would give what is there. Undefined where that cannot be told without building (a remote context
 * or `ADD`, a base image that is not there, arguments without a key).
 * @param argsDigest keyed: this digest becomes a label of the image, and a short argument could be guessed from one that anybody can make.
 */
export async function contextDigest(request: BuildRequest, argsDigest: string | undefined, files: Files, containers: Pick<Containers, 'image'>): Promise<string | undefined> {
  if (argsDigest === undefined && Object.keys(request.args).length > 0) return undefined;
  if (/^[a-z][a-z0-9+.-]*:\/\/|^git@/.test(request.context)) return undefined;
  const dockerfile = joined(request.context, request.dockerfile ?? 'Dockerfile');
  const text = await textOf(dockerfile, files);
  if (text === undefined || /^\s*ADD\s+(--\S+\s+)*["[]*\s*(https?:|git)/im.test(text)) return undefined;
  const bases = await baseImages(text, request.args, containers);
  if (!bases) return undefined;
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ format: 2, args: argsDigest ?? null, bases, dockerfile: text, platforms: request.platforms, target: request.target ?? null }));
  const ignored = await ignoreRules(request.context, dockerfile, files);
  for (const path of await contextFiles(request.context, '', files, ignored)) {
    const full = joined(request.context, path);
    const stat = await files.stat(full);
    hash.update(`\n${path}\0${stat?.mode ?? 0}\0`).update(createHash('sha256').update((await files.readBytes(full, Number.POSITIVE_INFINITY).catch(() => undefined)) ?? '').digest());
  }
  return hash.digest('hex');
}

/** Reference and id of every base image, in the order of the Dockerfile; undefined when one is not on the engine. */
async function baseImages(dockerfile: string, args: Readonly<Record<string, string>>, containers: Pick<Containers, 'image'>): Promise<readonly (readonly [string, string])[] | undefined> {
  const defaults = Object.fromEntries([...dockerfile.matchAll(/^\s*ARG\s+([A-Za-z_]\w*)=["']?([^"'\s]*)/gim)].map((m) => [m[1] ?? '', m[2] ?? '']));
  const known = { ...defaults, ...args };
  const stages = new Set<string>(['scratch']);
  const found: [string, string][] = [];
  const lines = [...dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  for (const line of lines) {
    const reference = (line[1] ?? '').replaceAll(/\$\{?([A-Za-z_]\w*)\}?/g, (_, name: string) => known[name] ?? '');
    if (!stages.has(reference.toLowerCase())) {
      const image = await containers.image(reference);
      if (!image) return undefined;
      found.push([reference, image.id]);
    }
    if (line[2]) stages.add(line[2].toLowerCase());
  }
  for (const [, from = ''] of dockerfile.matchAll(/^\s*COPY\s+(?:--\S+\s+)*?--from=(\S+)/gim)) {
    if (stages.has(from.toLowerCase()) || /^\d+$/.test(from)) continue;
    const image = await containers.image(from);
    if (!image) return undefined;
    found.push([from, image.id]);
  }
  return found;
}

interface Ignored {
  ignores(path: string): boolean;
}

/** `<Dockerfile>.dockerignore` beside the Dockerfile comes before the context's own. */
async function ignoreRules(context: string, dockerfile: string, files: Files): Promise<Ignored> {
  const { rulesOf } = await import('./dockerignore.js');
  for (const path of [`${dockerfile}.dockerignore`, joined(context, '.dockerignore')]) {
    const text = await textOf(path, files);
    if (text !== undefined) return rulesOf(text, path);
  }
  return rulesOf('', '');
}

// A Dockerfile or `.dockerignore` with more than this is another file.
const largest = 64 * 1024;

async function textOf(path: string, files: Files): Promise<string | undefined> {
  const bytes = await files.readBytes(path, largest);
  return bytes === undefined ? undefined : textFrom(bytes, path);
}

/** Files that the build may read, sorted. An ignored folder is still looked into where a later `!` line may bring something back. */
async function contextFiles(context: string, below: string, files: Files, ignored: Ignored): Promise<string[]> {
  const entries = [...(await files.list(joined(context, below)))].sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.kind === 'folder') {
      // Ours, and another after each release: whoever copies the whole folder would get another image each time.
      if (entry.name === '.stagecraft') continue;
      // `.git` and `node_modules` are large, and where they are ignored nobody brings parts of them back.
      if ((entry.name === '.git' || entry.name === 'node_modules') && ignored.ignores(path)) continue;
      found.push(...(await contextFiles(context, path, files, ignored)));
    } else if (!ignored.ignores(path)) found.push(path);
  }
  return found;
}

function joined(folder: string, path: string): string {
  if (folder === '.' || folder === '' || path.startsWith('/')) return path === '' ? '.' : path;
  return path === '' ? folder : `${folder.replace(/\/$/, '')}/${path}`;
}
