import type { Scope } from '../hosts/scope.js';
import type { ContainerState, ImageState } from '../ports/containers.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { releasesToKeep } from './keep.js';
import type { Survey } from './survey.js';

export interface PruneInput {
  readonly project: string;
  readonly scope: Scope;
  /** What this host remembers, newest first. */
  readonly history: readonly ReleaseRecord[];
  /** What all hosts of the environment remember, newest first: what is kept is kept on every one of them. */
  readonly whole: readonly ReleaseRecord[];
  /** Completed releases to keep. */
  readonly count: number;
  readonly survey: Survey;
  /** The images of all releases here that are on the engine. */
  readonly images: readonly ImageState[];
  /** Every container of this state folder, one-offs among them. */
  readonly containers: readonly ContainerState[];
}

/** What goes, each sorted; sizes in bytes. */
export interface PrunePlan {
  readonly kept: number;
  readonly releases: readonly { readonly id: string; readonly version: string; readonly bytes: number }[];
  readonly images: readonly { readonly id: string; readonly tags: readonly string[]; readonly bytes: number }[];
  readonly files: readonly { readonly digest: string; readonly bytes: number }[];
  readonly runs: readonly { readonly operation: string; readonly bytes: number }[];
  /** Left of releases that are gone. */
  readonly secrets: readonly string[];
}

/** Decides what nobody needs any more. A volume is never among it, nor an image that the project did not build. */
export function planPrune(input: PruneInput): PrunePlan {
  const { project, scope, history, survey, containers } = input;
  const keep = releasesToKeep(input.whole, input.count);
  const going = history.filter((release) => !keep.has(release.id));
  const gone = new Set(going.map((release) => release.id));
  const folders = new Set(going.map((release) => `${scope.folder}/releases/${release.id}`));
  // Other environments and projects run images of ours too: they are one image where their content is one.
  const neededImages = new Set([...survey.images.filter((named) => !folders.has(named.folder)).map((named) => named.id), ...containers.map((c) => c.image)]);
  const candidates = new Set(going.flatMap((release) => Object.values(release.images).map((image) => image.id)));
  const mounted = containers.flatMap((c) => c.mounts.flatMap((mount) => (mount.source.startsWith(`${scope.folder}/files/`) ? [mount.source.slice(scope.folder.length + 7).split('/')[0] ?? ''] : [])));
  const neededFiles = new Set([...survey.mounts.filter((named) => !gone.has(named.release)).map((named) => named.digest), ...mounted]);
  const neededRuns = new Set(history.filter((release) => keep.has(release.id)).map((release) => release.operation));
  const known = new Set([...survey.releases.keys(), ...history.map((release) => release.id)]);
  return {
    kept: history.length - going.length,
    releases: going.map(({ id, version }) => ({ id, version, bytes: survey.releases.get(id) ?? 0 })).sort(by((row) => row.id)),
    images: input.images.filter((image) => candidates.has(image.id) && !neededImages.has(image.id) && isOurs(image, project)).map(({ id, tags, size }) => ({ id, tags: [...tags].sort(), bytes: size })).sort(by((row) => row.id)),
    files: [...survey.files].filter(([digest]) => !neededFiles.has(digest)).map(([digest, bytes]) => ({ digest, bytes })).sort(by((row) => row.digest)),
    runs: [...survey.runs].filter(([operation]) => !neededRuns.has(operation)).map(([operation, bytes]) => ({ operation, bytes })).sort(by((row) => row.operation)),
    secrets: survey.secrets.filter((name) => !known.has(name.replace(/\.\w+$/, ''))),
  };
}

/** Built for this project, and nobody gave it a name of their own. */
function isOurs(image: ImageState, project: string): boolean {
  return image.labels['stagecraft.project'] === project && image.tags.every((tag) => tag.startsWith(`${project}-`)) && image.digests.length === 0;
}

/** What both say: nothing goes that was not shown. */
export function both(shown: PrunePlan, now: PrunePlan): PrunePlan {
  const among = <Row>(rows: readonly Row[], others: readonly Row[], key: (row: Row) => string): readonly Row[] => {
    const names = new Set(others.map(key));
    return rows.filter((row) => names.has(key(row)));
  };
  return {
    kept: now.kept,
    releases: among(now.releases, shown.releases, (row) => row.id),
    images: among(now.images, shown.images, (row) => row.id),
    files: among(now.files, shown.files, (row) => row.digest),
    runs: among(now.runs, shown.runs, (row) => row.operation),
    secrets: among(now.secrets, shown.secrets, (row) => row),
  };
}

export function isEmpty({ releases, images, files, runs, secrets }: PrunePlan): boolean {
  return releases.length + images.length + files.length + runs.length + secrets.length === 0;
}

/** What goes of several hosts, each thing once, with what it takes on all of them. */
export function together(plans: readonly PrunePlan[]): PrunePlan {
  const summed = <Row extends { readonly bytes: number }>(rows: readonly (readonly Row[])[], key: (row: Row) => string): readonly Row[] => {
    const known = new Map<string, Row>();
    for (const row of rows.flat()) known.set(key(row), { ...row, bytes: row.bytes + (known.get(key(row))?.bytes ?? 0) });
    return [...known.values()].sort(by(key));
  };
  return {
    kept: Math.max(0, ...plans.map(({ kept }) => kept)),
    releases: summed(plans.map(({ releases }) => releases), (row) => row.id),
    images: summed(plans.map(({ images }) => images), (row) => row.id),
    files: summed(plans.map(({ files }) => files), (row) => row.digest),
    runs: summed(plans.map(({ runs }) => runs), (row) => row.operation),
    secrets: [...new Set(plans.flatMap(({ secrets }) => secrets))].sort(),
  };
}

function by<Row>(key: (row: Row) => string): (a: Row, b: Row) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
