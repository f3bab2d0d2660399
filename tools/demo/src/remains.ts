import { run } from './run.js';

export interface Remains {
  /** Of the demo's own on the engine: `container demo-1a2b-prod-api-1`. */
  list(): Promise<readonly string[]>;
  /** Removes it all, in the order in which that can be done; what cannot be removed stays in the list. */
  remove(): Promise<void>;
}

type Kind = 'container' | 'network' | 'volume' | 'image';

const lists: Readonly<Record<Kind, readonly [string, ...string[]]>> = {
  container: ['docker', 'ps', '--all', '--no-trunc', '--format', '{{.ID}}\t{{.Names}}\t{{.Labels}}'],
  network: ['docker', 'network', 'ls', '--no-trunc', '--format', '{{.ID}}\t{{.Name}}\t{{.Labels}}'],
  volume: ['docker', 'volume', 'ls', '--format', '{{.Name}}\t{{.Name}}\t{{.Labels}}'],
  // By name only: the layers of an image keep the labels of what it was made of.
  image: ['docker', 'images', '--format', '{{.Repository}}:{{.Tag}}\t{{.Repository}}:{{.Tag}}\t'],
};

const removals: Readonly<Record<Kind, readonly [string, ...string[]]>> = {
  container: ['docker', 'rm', '--force', '--volumes'],
  network: ['docker', 'network', 'rm'],
  volume: ['docker', 'volume', 'rm', '--force'],
  image: ['docker', 'rmi', '--force'],
};

/** What bears one of the marks in its name or a label. The marks are the demo's own random words, so it is nobody else's. */
export function remainsOf(marks: readonly string[], env: NodeJS.ProcessEnv): Remains {
  const docker = (argv: readonly [string, ...string[]]): Promise<string> => run(argv, { cwd: '/', env, output: 'kept' });
  const ours = async (kind: Kind): Promise<readonly { readonly id: string; readonly name: string }[]> => {
    const lines = (await docker(lists[kind])).split('\n').filter((line) => marks.some((mark) => line.includes(mark)));
    return lines.map((line) => ({ id: line.split('\t')[0] ?? '', name: line.split('\t')[1] ?? '' }));
  };
  const kinds = Object.keys(lists) as Kind[];
  return {
    async list() {
      const all = await Promise.all(kinds.map(async (kind) => (await ours(kind)).map(({ name }) => `${kind} ${name}`)));
      return all.flat();
    },
    async remove() {
      for (const kind of kinds) {
        const ids = (await ours(kind)).map(({ id }) => id);
        if (ids.length > 0) await docker([...removals[kind], ...ids]).catch(() => undefined);
      }
    },
  };
}
