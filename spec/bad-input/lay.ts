import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What lies at a path: a text, bytes, or what is no plain file at all. */
export type Content = string | Uint8Array | { readonly folder: true } | { readonly pipe: true } | { readonly link: string } | { readonly size: number; readonly of: string } | { readonly none: true };

/** Files that are wrong, and what is to be said of them. */
export interface BadInput {
  readonly title: string;
  /** Laid over a project that is right. */
  readonly files: Readonly<Record<string, Content>>;
  /** `file:line:column code message`, the first line of several. */
  readonly says: string;
  /** The same where Docker Compose reads the Compose files, if it is another. */
  readonly byCompose?: string;
  /** What is run; default `plan`. These need the command line, and some an engine. */
  readonly args?: readonly string[];
}

/** A project of which nothing is wrong. */
export const right = {
  'stagecraft.yml': 'version: 1\nproject: { name: shop }\nenvironments:\n  prod: { driver: local }\n',
  'docker-compose.yml': 'services:\n  web: { image: "busybox:1.35" }\n',
} as const;

/** Writes a case into an empty folder, over the project that is right. */
export function lay(folder: string, files: Readonly<Record<string, Content>>): void {
  for (const [path, content] of Object.entries<Content>({ ...right, ...files })) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(place, content);
    else if ('folder' in content) mkdirSync(place);
    else if ('pipe' in content) execFileSync('mkfifo', [place]);
    else if ('link' in content) symlinkSync(content.link, place);
    else if ('size' in content) writeFileSync(place, Buffer.alloc(content.size, content.of));
  }
}
