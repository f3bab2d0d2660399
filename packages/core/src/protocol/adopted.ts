import type { Scope } from '../hosts/scope.js';
import type { HostFiles } from '../plugin-api/host.js';
import { parseObject } from './host-script.js';

/**
 * `adopted.json` of an environment's folder: containers that plain Compose made and that are ours by this record. A container cannot be labelled anew, so it
 * is what stands for our labels until a deploy replaces it.
 */
export interface Adopted {
  readonly format: 1;
  readonly composeProject: string;
  /** Ids of containers, sorted. */
  readonly containers: readonly string[];
  readonly at: string;
  readonly by: string;
}

export const adoptedFile = 'adopted.json';

/** The record; undefined where nothing was adopted, or it cannot be read: then nothing is ours by it. */
export async function readAdopted(files: HostFiles, scope: Scope): Promise<Adopted | undefined> {
  const text = await files.read(`${scope.folder}/${adoptedFile}`);
  const record = text === undefined ? undefined : parseObject<Adopted>(text);
  return record?.format === 1 && Array.isArray(record.containers) ? record : undefined;
}
