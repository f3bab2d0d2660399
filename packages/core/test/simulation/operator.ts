import { hash } from 'node:crypto';
import type { Workspace } from '../../src/actions/types.js';
import type { Hosts, OpenHost } from '../../src/actions/host.js';
import { fail, exitCodeOfKind, isStagecraftError } from '../../src/errors/index.js';
import type { HostFiles } from '../../src/plugin-api/host.js';
import type { Files } from '../../src/ports/files.js';
import type { Shell } from '../../src/ports/shell.js';
import { createStore } from '../../src/protocol/store.js';
import type { LockRecord, Owner } from '../../src/protocol/types.js';
import { scope } from './place.js';
import { mix, printOf } from './host/prints.js';
import type { Process, SimulatedHost } from './host/host.js';

/** Something that an operator waits for. */
export interface Request {
  readonly what: string;
  readonly host: SimulatedHost | undefined;
  /** Does it now; undefined for a sleep, which only time ends. */
  readonly perform: () => void;
  readonly refuse: (error: Error) => void;
  readonly until: number;
  readonly sleep: boolean;
}

export interface CommandResult {
  readonly command: string;
  readonly code: number;
  readonly message: string;
  readonly release: string | undefined;
}

/** What an operator runs: a command line, and what it does. */
export interface Command {
  readonly name: string;
  run(ws: Workspace, operator: Operator): Promise<{ readonly exitCode: number; readonly release?: string }>;
}


/** A person with a laptop: runs real commands one after the other, on ports that the schedule answers. */
export class Operator {
  requests: Request[] = [];
  readonly results: CommandResult[] = [];
  alive = true;
  frozen = false;
  finished = false;
  /** Hosts to which there is no connection any more, for as long as the command runs. */
  cut = new Set<SimulatedHost>();
  /** Over every answer it got: the same answers make the same operator. */
  print: number;
  current = '';
  /** How often it looked at an engine. */
  probes = 0;
  readonly interrupted = new AbortController();
  private count = 0;

  constructor(
    readonly name: string,
    readonly machine: string,
    readonly commands: readonly Command[],
    readonly world: { now: number; readonly hosts: readonly SimulatedHost[]; readonly plugin: Workspace['plugins']; isDead(owner: Owner): boolean; answered(operator: Operator, result: CommandResult): void },
    readonly project: Map<string, string>,
  ) {
    this.print = printOf(name);
  }

  /** Runs its commands. Never rejects: what was no error of ours is told by `broke`. */
  async live(broke: (error: unknown) => void): Promise<void> {
    for (const command of this.commands) {
      this.current = command.name;
      let result: CommandResult;
      try {
        const { exitCode, release } = await command.run(this.workspace(command.name), this);
        result = { command: command.name, code: exitCode, message: '', release };
      } catch (error) {
        if (!isStagecraftError(error)) return broke(error);
        result = { command: command.name, code: exitCodeOfKind[error.kind], message: `${error.code} ${error.message}`, release: undefined };
      }
      this.results.push(result);
      this.print = mix(this.print, printOf(`${result.command} ${result.code} ${result.message}`));
      this.world.answered(this, result);
      this.cut = new Set();
      if (this.interrupted.signal.aborted) break;
    }
    this.finished = true;
  }

  /** Something to be scheduled. */
  private ask<T>(what: string, host: SimulatedHost | undefined, answer: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.requests.push({
        what, host, until: 0, sleep: false,
        perform: () => {
          if (host && this.cut.has(host)) return reject(lost(host));
          if (/^(inspect|list) /.test(what)) this.probes += 1;
          const value = answer();
          this.print = mix(this.print, printOf(`${what} ${typeof value === 'string' ? value : JSON.stringify(value)}`));
          resolve(value);
        },
        refuse: reject,
      });
    });
  }

  private sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const stop = (): void => {
        this.requests = this.requests.filter((one) => one !== request);
        reject(signal?.reason as Error);
      };
      const perform = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const request: Request = { what: 'sleep', host: undefined, until: this.world.now + ms, sleep: true, perform, refuse: reject };
      this.requests.push(request);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  private shell(host: SimulatedHost): Shell {
    return {
      run: (script, { stdin = '', signal } = {}) =>
        new Promise((resolve, reject) => {
          let process: Process | undefined;
          const stop = (): void => {
            if (process && host.processes.includes(process)) reject(fail({ code: 'SC3602', kind: 'interrupted', message: 'interrupted' }));
          };
          this.requests.push({
            what: `run ${nameOf(script)}`, host, until: 0, sleep: false, refuse: reject,
            perform: () => {
              if (this.cut.has(host)) return reject(lost(host));
              if (signal?.aborted) return reject(fail({ code: 'SC3602', kind: 'interrupted', message: 'interrupted' }));
              process = host.begin(this, 'run', script, stdin, (exitCode, stdout, stderr) => {
                signal?.removeEventListener('abort', stop);
                if (this.cut.has(host)) return reject(lost(host));
                this.print = mix(this.print, printOf(`${exitCode} ${stdout}`));
                resolve({ exitCode, stdout, stderr });
              });
            },
          });
          signal?.addEventListener('abort', stop, { once: true });
        }),
      start: (file) =>
        this.ask(`start ${file}`, host, () => {
          const text = host.disk.read(file);
          // A power cut took it: sh says so, to nobody.
          if (text !== undefined) host.begin(this, 'step', text, '');
        }),
    };
  }

  private openHost(host: SimulatedHost): OpenHost {
    const shell = this.shell(host);

    const files: HostFiles = {
      read: (path) => this.ask(`read ${path}`, host, () => (path === '/proc/sys/kernel/random/boot_id' ? `${host.bootId}\n` : host.disk.read(path))),
      readFrom: (path, offset, limit) => this.ask(`read ${path}`, host, () => Buffer.from(host.disk.read(path) ?? '').subarray(offset, offset + limit)),
      list: (path) => this.ask(`list ${path}`, host, () => host.disk.list(path)),
      write: () => Promise.reject(new Error('hosts are changed by scripts')),
    };
    const containers = host.engine.read((what, read) => this.ask(what, host, read));
    const real = createStore({ shell, scope, clock: this.clock(), files, host: host.name, holderIsDead: (lock) => Promise.resolve(this.world.isDead(lock.owner)) });
    const store = host.mutilated === 'decision' ? { ...real, decide: (_session: string, _operation: string, wanted: 'commit' | 'abort') => Promise.resolve(wanted), readDecision: () => Promise.resolve(undefined) } : real;
    return { name: host.name, scope, containers, shell, files, store, bootId: host.bootId };
  }

  private workspace(command: string): Workspace {
    const owner: Owner = { user: this.name, machine: this.machine, command: `stagecraft ${command}`, bootId: this.machine, pidNamespace: 'pid', pid: 1, startTime: this.name };
    return {
      folder: '/project', config: 'stagecraft.yml', processEnv: { USER: this.name }, plugins: this.world.plugin, yes: true, command: `stagecraft ${command}`, signal: this.interrupted.signal,
      io: { event: () => undefined, ask: (question) => Promise.resolve(question.fallback) },
      exec: { run: (argv) => Promise.reject(new Error(`nobody runs ${argv.join(' ')}`)) },
      files: projectFiles(this.project),
      clock: this.clock(),
      world: { openHosts: () => Promise.resolve(this.open()), owner: () => Promise.resolve(owner), holderIsDead: (lock: LockRecord) => Promise.resolve(this.world.isDead(lock.owner)) },
    };
  }

  private clock(): Workspace['clock'] {
    return {
      now: () => this.world.now,
      sleep: (ms, signal) => this.sleep(ms, signal),
      random: (bytes) => {
        this.count += 1;
        return hash('sha256', `${this.name} ${this.count}`).slice(0, bytes * 2);
      },
    };
  }

  /** The connection to a host is gone for as long as the command runs. */
  loses(name: string): void {
    for (const host of this.world.hosts) if (host.name === name) this.cut.add(host);
  }

  /** The hosts as a command finds them when it connects. */
  open(): Hosts {
    const { hosts } = this.world;
    return { hosts: hosts.filter((host) => !this.cut.has(host)).map((host) => this.openHost(host)), away: hosts.filter((host) => this.cut.has(host)).map((host) => ({ name: host.name, error: lost(host) })) };
  }
}

export function lost(host: SimulatedHost): Error {
  return fail({ code: 'SC3700', kind: 'external', message: `The connection to ${host.name} was lost.` });
}

function nameOf(script: string): string {
  return script.slice(script.lastIndexOf('}\n') + 2).replaceAll('\n', ' ').slice(0, 80);
}

function projectFiles(files: Map<string, string>): Files {
  return {
    read: (path) => Promise.resolve(files.get(path)),
    readBytes: (path) => Promise.resolve(files.has(path) ? Buffer.from(files.get(path) ?? '') : undefined),
    write: (path, content) => {
      files.set(path, content);
      return Promise.resolve();
    },
    list: () => Promise.resolve([]),
    stat: (path) => Promise.resolve(files.has(path) ? { kind: 'file', mode: 0o600, size: 1 } : undefined),
  };
}
