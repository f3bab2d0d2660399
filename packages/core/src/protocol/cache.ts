import { cacheSetAside } from '../io/catalogue/protocol.js';
import type { Io } from '../io/io.js';
import type { Clock } from '../ports/clock.js';
import type { Files } from '../ports/files.js';
import { withLocalLock } from './local-lock.js';
import { ensureProjectFolder } from './project-folder.js';
import type { ReleaseRecord } from './types.js';

export interface CacheSetup {
  readonly files: Files;
  /** `.stagecraft/releases.json`, or what `STAGECRAFT_STATE_FILE` says. */
  readonly path: string;
  readonly clock: Clock;
  readonly io?: Io;
}

/** The project's readable copy of the hosts' histories. It never decides. */
export interface Cache {
  /** Releases of an environment, newest first. A file that cannot be read is kept aside and told; the cache is then empty. */
  read(environment: string): Promise<readonly ReleaseRecord[]>;
  /** Puts an environment's history in place of the one before. */
  write(environment: string, releases: readonly ReleaseRecord[]): Promise<void>;
}

export function createCache(setup: CacheSetup): Cache {
  const { files, path } = setup;
  return {
    async read(environment) {
      return (await readAll(setup)).filter((release) => release.environment === environment);
    },
    async write(environment, releases) {
      if (/(^|\/)\.stagecraft\/[^/]+$/.test(path)) await ensureProjectFolder(files, path.slice(0, path.lastIndexOf('/')));
      await withLocalLock({ ...setup, path: `${path}.lock` }, async () => {
        const others = (await readAll(setup)).filter((release) => release.environment !== environment);
        await files.write(path, cacheText([...others, ...releases]), 0o600);
      });
    },
  };
}

/** One release a line, sorted: lean to read, and a diff of it is readable. */
export function cacheText(releases: readonly ReleaseRecord[]): string {
  const sorted = [...releases].sort((a, b) => (a.environment === b.environment ? b.serial - a.serial : a.environment < b.environment ? -1 : 1));
  return `{"format":1,"releases":[${sorted.map((release) => `\n${JSON.stringify(release)}`).join(',')}\n]}\n`;
}

// Ten thousand releases are some ten megabytes.
const largest = 256 * 1024 * 1024;

async function readAll({ files, path, clock, io }: CacheSetup): Promise<readonly ReleaseRecord[]> {
  const text = await files.read(path, largest);
  if (text === undefined) return [];
  const releases = parse(text);
  if (releases !== undefined) return releases;
  const aside = `${path}.unreadable-${new Date(clock.now()).toISOString().replace(/[^0-9]/g, '')}`;
  await files.rename?.(path, aside);
  io?.event(cacheSetAside({ path, aside }));
  return [];
}

function parse(text: string): readonly ReleaseRecord[] | undefined {
  try {
    const data = JSON.parse(text) as { readonly format?: unknown; readonly releases?: unknown } | null;
    if (data?.format !== 1 || !Array.isArray(data.releases)) return undefined;
    const sound = data.releases.every((release: Partial<ReleaseRecord> | null) => typeof release?.id === 'string' && typeof release.serial === 'number' && typeof release.environment === 'string');
    return sound ? (data.releases as ReleaseRecord[]) : undefined;
  } catch {
    return undefined;
  }
}
