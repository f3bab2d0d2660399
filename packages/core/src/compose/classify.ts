import type { ServiceSettings } from '../config/types.js';
import type { ImageState } from '../ports/containers.js';
import { members } from './canonical.js';
import type { ComposeService, Json, ServiceKind } from './model.js';

/** Folders of the host that are no application's data. */
const hostFolders = /^\/(?:dev|proc|sys|run|var\/run|etc\/localtime|etc\/timezone|lib\/modules|var\/log)(?:\/|$)/;

/** Targets that a service writes to and that outlive its containers: named volumes, binds of the host, the image's own volumes. */
export function writableTargets(service: ComposeService, image: ImageState | undefined): readonly string[] {
  const mounts = members(service.definition.volumes);
  const written = mounts.filter((mount) => mount.read_only !== true && !isScratch(mount)).map((mount) => String(mount.target));
  const covered = new Set([...mounts.filter((mount) => mount.type !== 'volume' || mount.source !== undefined).map((mount) => String(mount.target)), ...(Array.isArray(service.definition.tmpfs) ? (service.definition.tmpfs as readonly string[]).map((one) => one.split(':')[0] as string) : [])]);
  const declared = (image?.volumes ?? []).filter((target) => !covered.has(target));
  return [...written, ...declared].sort();
}

export interface Classified {
  readonly kind: ServiceKind;
  readonly writable: readonly string[];
}

/** What a service is to a deploy. */
export function classify(service: ComposeService, given: { readonly settings: ServiceSettings; readonly job: boolean; readonly built: boolean; readonly image: ImageState | undefined }): Classified {
  const writable = writableTargets(service, given.image);
  if (given.settings.mode === 'external') return { kind: 'external', writable };
  if (given.job) return { kind: 'job', writable };
  const data = given.settings.data ?? (!given.built && writable.length > 0);
  return { kind: data ? 'data' : 'service', writable };
}

function isScratch(mount: Readonly<Record<string, Json>>): boolean {
  if (mount.type === 'tmpfs') return true;
  if (mount.type === 'bind') return hostFolders.test(String(mount.source)) || String(mount.source).endsWith('.sock');
  // An anonymous volume belongs to its container, and goes with it.
  return mount.type !== 'volume' || mount.source === undefined;
}
