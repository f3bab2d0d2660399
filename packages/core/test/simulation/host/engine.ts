import type { Containers, ContainerState, ImageState } from '../../../src/ports/containers.js';
import type { Run } from '../sh/run.js';
import type { Shell } from '../sh/shell.js';
import { mix, printOf } from './prints.js';

export interface Container {
  readonly id: string;
  name: string;
  readonly project: string;
  readonly service: string;
  readonly number: number;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  status: 'created' | 'running' | 'exited';
  restartPolicy: string;
  networks: Record<string, readonly string[]>;
  /** A stop was asked for and is not done: who asked may be dead, the engine goes on [M]. */
  stopping: boolean;
}

/** A container engine in memory: what it does when its client dies is what was measured of the real one. */
export class Engine {
  readonly containers: Map<string, Container>;
  readonly networks: Set<string>;
  /** Called after each change, with the command line that made it. */
  watch: (what: string) => void = () => undefined;
  /** Over all that it has; made again after a change. */
  private known: number | undefined;
  /** Images whose containers never become healthy. */
  sick: ReadonlySet<string> = new Set();

  constructor(from?: Engine) {
    this.containers = new Map([...(from?.containers ?? [])].map(([id, c]) => [id, { ...c, networks: { ...c.networks } }]));
    this.networks = new Set(from?.networks);
    this.sick = from?.sick ?? new Set();
  }

  get print(): number {
    return (this.known ??= this.printed());
  }

  private printed(): number {
    let print = 3;
    for (const c of [...this.containers.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) print = mix(print, printOf(`${c.id} ${c.name} ${c.status} ${c.restartPolicy} ${c.stopping} ${JSON.stringify(c.networks)}`));
    return mix(print, printOf([...this.networks].sort().join()));
  }

  /** A stop that lost its client comes to its end. */
  finishStop(id: string): void {
    const c = this.containers.get(id);
    if (!c?.stopping) return;
    c.stopping = false;
    c.status = 'exited';
    this.changed(`the engine ends ${id}`);
  }

  changed(what: string): void {
    this.known = undefined;
    this.watch(what);
  }

  healthy(c: Container): boolean {
    return c.status === 'running' && !this.sick.has(c.image);
  }

  /** As the port gives it. */
  read(ask: <T>(what: string, read: () => T) => Promise<T>): Containers {
    const listed = (labels: Readonly<Record<string, string | true>>): readonly ContainerState[] => this.matching(Object.entries(labels)).map((c) => this.state(c));
    const nothing = (): Promise<readonly never[]> => Promise.resolve([]);
    return {
      list: (labels) => ask(`list ${JSON.stringify(labels)}`, () => listed(labels)),
      inspect: (id) => ask(`inspect ${id}`, () => {
        const c = this.containers.get(id);
        return c && this.state(c);
      }),
      networks: () => nothing(),
      image: (reference) => Promise.resolve(carried(reference)),
      images: () => nothing(),
      volumes: () => nothing(),
      info: () => Promise.resolve({ version: '26.1.5', apiVersion: '1.45', architecture: 'amd64', os: 'linux', name: 'simulated', id: 'simulated' }),
      logs: async function* () {
        yield* [];
      },
    };
  }

  /** `docker`, as a program of the host. */
  *command(shell: Shell, argv: readonly string[]): Run {
    const words = argv[1] === 'container' ? argv.slice(2) : argv.slice(1);
    const [verb = '', ...rest] = words;
    switch (verb) {
      case 'ps':
        return yield* this.ps(shell, rest);
      case 'inspect':
        return yield* this.inspect(shell, rest);
      case 'logs':
        return this.containers.has(rest.at(-1) ?? '') ? 0 : yield* absent(shell, rest.at(-1));
      case 'stop':
        return yield* this.stop(shell, rest[0] === '-t' ? rest.slice(2) : rest);
      case 'start':
        return yield* this.each(shell, argv, rest, (c) => {
          // Measured: during a stop it returns 0, and the container exits.
          if (!c.stopping) c.status = 'running';
        });
      case 'update':
        return yield* this.each(shell, argv, rest.slice(1), (c) => {
          c.restartPolicy = (rest[0] ?? '').replace('--restart=', '');
        });
      case 'rename':
        if ([...this.containers.values()].some((c) => c.name === rest[1])) return yield* shell.complain(`Conflict: the name ${rest[1]} is in use`);
        return yield* this.each(shell, argv, rest.slice(0, 1), (c) => {
          c.name = rest[1] ?? '';
        });
      case 'rm': {
        const force = rest[0] === '-f';
        for (const id of force ? rest.slice(1) : rest) {
          const c = this.containers.get(id);
          if (!c && force) {
            yield* absent(shell, id);
            continue;
          }
          if (!c) return yield* absent(shell, id);
          if (!force && c.status === 'running') return yield* shell.complain(`container ${id} is running`);
          yield { kind: 'effect', what: argv.join(' ') };
          this.containers.delete(id);
          this.changed(argv.join(' '));
        }
        return 0;
      }
      case 'network':
        return yield* this.network(shell, argv, rest);
      case 'compose':
        return yield* this.compose(shell, argv);
    }
    throw new Error(`the simulated docker does not know ${argv.join(' ')}`);
  }

  private *each(shell: Shell, argv: readonly string[], ids: readonly string[], change: (c: Container) => void): Run {
    for (const id of ids) {
      const c = this.containers.get(id);
      if (!c) return yield* absent(shell, id);
      yield { kind: 'effect', what: argv.join(' ') };
      change(c);
      this.changed(argv.join(' '));
    }
    return 0;
  }

  private *stop(shell: Shell, ids: readonly string[]): Run {
    for (const id of ids) {
      const c = this.containers.get(id);
      if (!c) return yield* absent(shell, id);
      if (c.status !== 'running' && !c.stopping) continue;
      yield { kind: 'effect', what: `docker stop ${id}` };
      c.stopping = true;
      this.known = undefined;
      // The engine has it now: to kill who asked changes nothing.
      yield { kind: 'effect', what: `docker stop ${id}, in the engine` };
      this.finishStop(id);
    }
    return 0;
  }

  private *ps(shell: Shell, words: readonly string[]): Run {
    const wanted = words.flatMap((word, index) => (word === '--filter' ? [labelOf(words[index + 1] ?? '')] : []));
    const format = words.includes('--format');
    yield* shell.print(this.matching(wanted).map((c) => `${format ? `${c.number} ` : ''}${c.id}\n`).join(''));
    return 0;
  }

  private *inspect(shell: Shell, words: readonly string[]): Run {
    const format = words[0] === '-f' ? (words[1] ?? '') : '';
    const id = words.at(-1) ?? '';
    const c = this.containers.get(id);
    if (!c) return yield* absent(shell, id);
    const network = /Networks "([^"]*)"/.exec(format)?.[1] ?? '';
    if (format.includes('println $name')) yield* shell.print(Object.keys(c.networks).map((name) => `${name}\n`).join(''));
    else if (format.includes('NetworkID')) yield* shell.print(network in c.networks ? `id-${network}\n` : '\n');
    else if (format.includes('Aliases')) yield* shell.print((c.networks[network] ?? []).map((alias) => `${alias}\n`).join(''));
    else if (format === '{{.Name}}') yield* shell.print(`/${c.name}\n`);
    else if (format === '{{.State.Running}}') yield* shell.print(`${c.status === 'running'}\n`);
    else if (format !== '') throw new Error(`the simulated docker does not know the format ${format}`);
    return 0;
  }

  private *network(shell: Shell, argv: readonly string[], words: readonly string[]): Run {
    const [verb = '', ...rest] = words;
    if (verb === 'inspect') {
      const name = rest.at(-1) ?? '';
      if (!this.networks.has(name)) return yield* absent(shell, name);
      yield* shell.print(`id-${name}\n`);
      return 0;
    }
    if (verb === 'create') {
      yield { kind: 'effect', what: argv.join(' ') };
      this.networks.add(rest.at(-1) ?? '');
      this.changed(argv.join(' '));
      return 0;
    }
    const aliases = rest.flatMap((word, index) => (rest[index - 1] === '--alias' ? [word] : []));
    const [network = '', id = ''] = rest.filter((word, index) => !word.startsWith('-') && rest[index - 1] !== '--alias');
    const c = this.containers.get(id);
    if (!c) return yield* absent(shell, id);
    if (verb === 'connect' && network in c.networks) return yield* shell.complain(`endpoint with name ${id} already exists in network ${network}`);
    if (verb === 'disconnect' && !(network in c.networks)) return yield* shell.complain(`${id} is not connected to ${network}`);
    yield { kind: 'effect', what: argv.join(' ') };
    if (verb === 'connect') c.networks = { ...c.networks, [network]: aliases };
    else if (verb === 'disconnect') c.networks = Object.fromEntries(Object.entries(c.networks).filter(([name]) => name !== network));
    else throw new Error(`the simulated docker does not know ${argv.join(' ')}`);
    this.changed(argv.join(' '));
    return 0;
  }

  /** `up --no-start --no-recreate --scale S=N`: creates what is missing to N, and leaves alone what is there. */
  private *compose(shell: Shell, argv: readonly string[]): Run {
    const after = (flag: string): string => argv[argv.indexOf(flag) + 1] ?? '';
    if (!argv.includes('--no-start') || !argv.includes('--no-recreate')) throw new Error(`the simulated docker does not know ${argv.join(' ')}`);
    const [service = '', count = ''] = after('--scale').split('=');
    const project = after('-p');
    const files = argv.flatMap((word, index) => (argv[index - 1] === '-f' ? [shell.around.disk.read(shell.path(word))] : []));
    if (files.some((text) => text === undefined)) return yield* shell.complain(`${argv.join(' ')}: no such file`);
    const [compose = '', overlay = ''] = files.map((text) => sectionOf(text ?? '', service));
    const labels = Object.fromEntries([...overlay.matchAll(/^ {6}(stagecraft\.\w+): "([^"]*)"$/gm)].map(([, name = '', value = '']) => [name, value]));
    const of = (): readonly Container[] => this.matching([['com.docker.compose.project', project], ['com.docker.compose.service', service]]);
    while (of().length < Number(count)) {
      const taken = new Set(of().map((c) => c.number));
      let number = 1;
      while (taken.has(number)) number += 1;
      const id = `${service}-${labels['stagecraft.release']}-${number}`;
      yield { kind: 'effect', what: `docker compose up --no-start ${service}` };
      this.containers.set(id, {
        id, name: `${project}-${service}-${number}`, project, service, number, image: /^ {4}image: "([^"]*)"$/m.exec(compose)?.[1] ?? '', labels: { ...labels, 'com.docker.compose.project': project, 'com.docker.compose.service': service },
        status: 'created', restartPolicy: /^ {4}restart: "([^"]*)"$/m.exec(compose)?.[1] ?? 'no', networks: { [`${project}_default`]: [service] }, stopping: false,
      });
      this.changed(`docker compose up --no-start ${service}`);
    }
    return 0;
  }

  private matching(labels: readonly (readonly [string, string | true])[]): readonly Container[] {
    return [...this.containers.values()].filter((c) => labels.every(([name, value]) => (value === true ? name in c.labels : c.labels[name] === value))).sort((a, b) => (a.service === b.service ? a.number - b.number || (a.id < b.id ? -1 : 1) : a.service < b.service ? -1 : 1));
  }

  private state(c: Container): ContainerState {
    const running = c.status === 'running';
    return {
      id: c.id, name: c.name, project: c.project, service: c.service, number: c.number, image: '', imageName: '', labels: c.labels, status: c.status, ...(running ? { health: this.healthy(c) ? 'healthy' : 'unhealthy' } : {}),
      exitCode: 0, restartCount: 0, restartPolicy: c.restartPolicy, startedAt: '2026-01-01T00:00:00Z', createdAt: '2026-01-01T00:00:00Z', pid: 0,
      networks: Object.fromEntries(Object.entries(c.networks).map(([name, aliases]) => [name, { address: '', aliases }])), ports: [], mounts: [],
    };
  }
}

function* absent(shell: Shell, name: string | undefined): Run {
  return yield* shell.complain(`No such object: ${name}`);
}

function labelOf(filter: string): readonly [string, string | true] {
  const [name = '', value] = filter.replace(/^label=/, '').split('=');
  return [name, value ?? true];
}

/** The lines of one service of a rendered Compose file. */
function sectionOf(text: string, service: string): string {
  const lines = text.split('\n');
  const begin = lines.indexOf(`  ${service}:`);
  const end = lines.findIndex((line, index) => index > begin && /^ {0,2}\S/.test(line));
  return begin < 0 ? '' : lines.slice(begin + 1, end < 0 ? undefined : end).join('\n');
}

/** Every image is on every host before anything begins: how it got there is another story. */
function carried(reference: string): ImageState | undefined {
  const [, name, version] = /^shop-(\w+):(\w+)$/.exec(reference) ?? [];
  return name === undefined || version === undefined ? undefined : { id: `sha256:${name}-${version}`, tags: [reference], digests: [], architecture: 'amd64', os: 'linux', size: 0, labels: {}, volumes: [], workdir: '', exposed: [], healthcheck: true, createdAt: '' };
}
