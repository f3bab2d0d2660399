import type { ContainerState } from '../ports/containers.js';

/** Containers that plain Compose started together. */
export interface Stack {
  /** Name of the Compose project. */
  readonly project: string;
  /** Folder that it was started from, as Compose labels it; '' where it does not. */
  readonly folder: string;
  /** Sorted by service and number. */
  readonly containers: readonly ContainerState[];
}

/** Labels of containers that Stagecraft made; images that it built bear others of its labels, and so does whatever runs them. */
const oursBy = ['stagecraft.release', 'stagecraft.proxy'];

/** Groups what plain Compose started, of any status; one-off containers and everything that Stagecraft made are left out. Sorted by name. */
export function stacksOf(containers: readonly ContainerState[]): readonly Stack[] {
  const byProject = new Map<string, ContainerState[]>();
  for (const c of containers) {
    if (c.project === undefined || c.labels['com.docker.compose.oneoff'] === 'True' || oursBy.some((label) => label in c.labels)) continue;
    byProject.set(c.project, [...(byProject.get(c.project) ?? []), c]);
  }
  return [...byProject]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([project, own]) => ({ project, folder: own.map((c) => c.labels['com.docker.compose.project.working_dir'] ?? '').find((folder) => folder !== '') ?? '', containers: own }));
}
