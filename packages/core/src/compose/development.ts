import { posix } from 'node:path';
import type { Finding } from '../plugin-api/failure.js';
import type { ImageState } from '../ports/containers.js';
import type { Files } from '../ports/files.js';
import { members } from './canonical.js';
import type { ComposeModel, ComposeService, DesiredBuild } from './model.js';
import { bare, isRemoteContext } from './paths.js';
import { placeOfMount } from './places.js';

export interface DevelopmentInput {
  readonly model: ComposeModel;
  readonly service: ComposeService;
  readonly built: DesiredBuild | undefined;
  readonly image: ImageState | undefined;
  readonly files: Files;
}

/** Binds that lay the project over the image's working folder: right while developing, wrong on a host, where the image is what was released. */
export async function developmentMounts(input: DevelopmentInput): Promise<readonly Finding[]> {
  const { model, service } = input;
  const binds = members(service.definition.volumes).filter((mount) => mount.type === 'bind' && /^\.(?:\/|$)/.test(String(mount.source)));
  if (binds.length === 0) return [];
  const folder = await workingFolder(input);
  return binds.filter((mount) => isDevelopment(input, folder, String(mount.source), String(mount.target))).map((mount): Finding => {
    const location = placeOfMount(model, service.name, String(mount.target));
    const line = `${String(mount.source)}:${String(mount.target)}`;
    return {
      severity: 'error',
      code: 'SC1430',
      message: `${service.name} mounts ${bare(String(mount.source))} over ${String(mount.target)}, where its image works: that is for development, and would hide what is released`,
      next: [`take the mount out of ${location.file}:${location.line}, and put it into docker-compose.override.yml, which a deploy does not read:`, 'services:', `  ${service.name}:`, '    volumes:', `      - ${line}`],
      location,
      service: service.name,
    };
  });
}

function isDevelopment({ built }: DevelopmentInput, folder: string | undefined, source: string, target: string): boolean {
  const clean = bare(posix.normalize(source));
  const covers = folder !== undefined && folder !== '/' && (target === folder || folder.startsWith(`${target}/`));
  // The project, or what the image is built from: its source.
  const isSource = clean === '.' || (built !== undefined && !isRemoteContext(built.context) && (clean === posix.normalize(built.context) || built.context.startsWith(`${clean}/`)));
  if (built === undefined) return covers && isSource;
  return folder === undefined ? isSource : covers;
}

/** Where the image's program runs: what Compose says, else the last `WORKDIR` of the Dockerfile, else the image's own. */
async function workingFolder({ service, built, image, files }: DevelopmentInput): Promise<string | undefined> {
  if (typeof service.definition.working_dir === 'string') return posix.normalize(service.definition.working_dir);
  if (built === undefined) return image?.workdir === '' ? undefined : image?.workdir;
  if (isRemoteContext(built.context)) return undefined;
  const text = await files.read(posix.join(built.context, built.dockerfile ?? 'Dockerfile'), 256 * 1024).catch(() => undefined);
  return text === undefined ? undefined : lastWorkdir(text, built.target);
}

/** `WORKDIR` at the end of a stage (the last one where none is named); undefined where its base image decides. */
export function lastWorkdir(dockerfile: string, target?: string): string | undefined {
  const stages = new Map<string, string | undefined>();
  let name = '';
  let folder: string | undefined;
  for (const line of dockerfile.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const from = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line);
    if (from !== null) {
      if (name !== '' && name === target) break;
      folder = stages.get((from[1] as string).toLowerCase());
      name = (from[2] ?? '').toLowerCase();
    }
    const written = /^\s*WORKDIR\s+["']?([^"'\s]+)/i.exec(line)?.[1];
    if (written !== undefined) folder = written.includes('$') ? undefined : posix.resolve('/', folder ?? '/', written);
    if (name !== '') stages.set(name, folder);
  }
  return folder;
}
