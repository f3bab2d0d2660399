import type { Facts } from './facts.js';

export interface ComposeFiles {
  /** What is taken first; undefined where there is none. */
  readonly base: string | undefined;
  /** What Compose itself adds to it on the developer's machine. */
  readonly override: string | undefined;
  readonly left: Facts['left'];
}

/** As Compose itself prefers them. */
export const usualNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;

/** Which Compose files of the project folder are meant. */
export function findCompose(files: readonly string[]): ComposeFiles {
  const there = files.filter((file) => /^(?:docker-)?compose[\w.-]*\.ya?ml$/.test(file)).sort();
  const base = usualNames.find((name) => there.includes(name));
  const stem = base?.replace(/\.ya?ml$/, '');
  const override = there.find((name) => name === `${stem}.override.yml` || name === `${stem}.override.yaml`);
  const left = there
    .filter((path) => path !== base)
    .map((path) => {
      if (path === override) return { path, why: "Compose adds it by itself on a developer's machine, so it usually holds what is for development only" };
      return { path, why: (usualNames as readonly string[]).includes(path) ? `Compose takes ${base ?? 'another file'} before it` : 'it is read only when it is named' };
    });
  return { base, override, left };
}
