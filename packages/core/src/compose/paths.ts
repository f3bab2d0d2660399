import { posix } from 'node:path';

/** How absolute paths of this machine become what is the same on every machine. */
export interface Portable {
  /** Absolute folders that stand for the project folder; paths below, and beside where `around`, become relative to it. */
  readonly roots: readonly { readonly folder: string; readonly around?: string }[];
  /** Paths below it become `~/…`; absent where it is not known. */
  readonly home?: string;
}

/** A path as the model holds it: `./data`, `.`, `../x` (from the project folder), `~/x`, or an absolute one of the host. */
export function portablePath(path: string, portable: Portable): string {
  if (path.startsWith('~')) return path;
  if (!path.startsWith('/')) return dotted(posix.normalize(path));
  const clean = withoutSlash(posix.normalize(path));
  for (const root of portable.roots) {
    if (isBelow(clean, root.folder) || (root.around !== undefined && isBelow(clean, root.around))) return dotted(posix.relative(root.folder, clean));
  }
  if (portable.home !== undefined && portable.home !== '/' && isBelow(clean, portable.home)) return `~${clean.slice(portable.home.length)}`;
  return clean;
}

/** `path`, written in a file of folder `base`, from the project folder. Both are relative to it. */
export function rebased(path: string, base: string): string {
  if (path.startsWith('/') || path.startsWith('~')) return path;
  return dotted(posix.join(base, path));
}

/** Without the leading `./` that a bind needs and a build context does not. */
export function bare(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}

export function isRemoteContext(context: string): boolean {
  return /^(?:https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|git@|docker-image:\/\/|oci-layout:\/\/|service:|target:)/.test(context);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function dotted(path: string): string {
  const clean = withoutSlash(path);
  if (clean === '' || clean === '.' || clean === './') return '.';
  return clean === '..' || clean.startsWith('../') || clean.startsWith('./') ? clean : `./${clean}`;
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
