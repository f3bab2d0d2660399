import type { Around, Run, Stop, Tool } from '../sh/run.js';
import { Shell } from '../sh/shell.js';
import { tools } from '../sh/tools/index.js';
import { Disk } from './disk.js';
import { mix, printOf } from './prints.js';
import { Engine } from './engine.js';

/** A script that runs on a host. */
export interface Process {
  readonly id: number;
  readonly host: SimulatedHost;
  /** Name of the operator that started it. */
  readonly by: string;
  /** The command of that operator which did. */
  readonly command: string;
  /** `run`: its caller waits for it. `step`: in a session of its own. */
  readonly kind: 'run' | 'step';
  readonly shell: Shell;
  readonly run: Run;
  /** Where it stands; undefined before its first instant. */
  stop: Stop | undefined;
  frozen: boolean;
  /** Over everything it passed. */
  print: number;
  readonly ended: ((code: number, out: string, err: string) => void) | undefined;
  readonly out: { readonly kind: 'out'; text: string };
  readonly err: { readonly kind: 'out'; text: string };
  /** Session in whose name it acts; '' for a script that needs none. */
  readonly session: string;
}

/** What is to be switched off: the simulation must miss it. */
export type Mutilation = 'flock' | 'session' | 'decision' | 'sync';

/** One host in memory: files, engine, and the scripts that run on it. */
export class SimulatedHost {
  readonly disk: Disk;
  readonly engine: Engine;
  processes: Process[] = [];
  bootId = 'boot-1';
  /** Called with each script, before its first instant. */
  begun: (text: string, stdin: string) => void = () => undefined;
  /** Called when one has ended by itself. */
  ended: (process: Process) => void = () => undefined;
  /** The script that runs at this very instant. */
  current: Process | undefined;
  private count = 0;

  constructor(
    readonly name: string,
    readonly clock: { readonly now: number },
    readonly mutilated: Mutilation | undefined,
    from?: { readonly disk: Disk; readonly engine: Engine },
  ) {
    this.disk = from ? from.disk.copy() : new Disk();
    this.engine = new Engine(from?.engine);
  }

  get print(): number {
    let print = mix(this.disk.print, this.engine.print);
    for (const process of this.processes) print = mix(print, mix(process.print, process.id));
    return mix(print, printOf(this.bootId));
  }

  /** Begins a script; it does nothing before it is stepped. */
  begin({ name: by, current: command }: { readonly name: string; readonly current: string }, kind: Process['kind'], text: string, stdin: string, ended?: Process['ended']): Process {
    this.begun(text, stdin);
    this.count += 1;
    const pid = 100 + this.count;
    const shell = new Shell(this.around(pid));
    shell.fds.set(0, { kind: 'in', text: stdin, at: 0 });
    const out = { kind: 'out', text: '' } as const;
    const err = { kind: 'out', text: '' } as const;
    shell.fds.set(1, kind === 'run' ? out : { kind: 'null' });
    shell.fds.set(2, kind === 'run' ? err : { kind: 'null' });
    const session = [...text.matchAll(/(?:^| )S=(s-\w+)/gm)].at(-1)?.[1] ?? '';
    const process: Process = { id: pid, host: this, by, command, kind, shell, run: shell.script(this.mutilate(text)), stop: undefined, frozen: false, print: pid, ended, out, err, session };
    this.processes.push(process);
    this.step(process);
    return process;
  }

  /** Lets a script go on to where it stops next. */
  step(process: Process): void {
    this.current = process;
    const { done, value } = process.run.next();
    this.current = undefined;
    if (done) {
      this.processes = this.processes.filter((one) => one !== process);
      this.ended(process);
      process.ended?.(value, process.out.text, process.err.text);
      return;
    }
    process.stop = value;
    process.print = mix(process.print, printOf(value.what));
  }

  /** SIGKILL to everything that the script is; what it asked of the engine goes on there. */
  kill(process: Process): void {
    this.processes = this.processes.filter((one) => one !== process);
    this.disk.unlockAll(process.id);
  }

  /** The power fails and comes back: what has a restart policy is up again, and nothing else. @param lost of what was not synced, one of the disk's `losses`. */
  reboot(lost: string): void {
    for (const process of this.processes) this.kill(process);
    if (lost !== '') this.disk.lose(lost);
    for (const c of this.engine.containers.values()) {
      c.stopping = false;
      if (c.status !== 'created') c.status = c.restartPolicy === 'always' ? 'running' : 'exited';
    }
    this.engine.changed('the boot');
    this.bootId = `boot-${Number(this.bootId.slice(5)) + 1}`;
  }

  private around(pid: number): Around {
    const host = this;
    return {
      disk: host.disk,
      pid,
      get bootId() {
        return host.bootId;
      },
      now: () => host.clock.now,
      isPrivate,
      tool: (name) => (name === 'docker' ? (shell, argv) => host.engine.command(shell, argv) : name === 'setsid' ? noTool : name === 'sync' && host.mutilated === 'sync' ? noSync : tools[name]),
    };
  }

  private mutilate(text: string): string {
    if (this.mutilated === 'flock') return text.replaceAll(/flock -w "\$1" 9/g, ':').replaceAll(/flock "\$\{1:--n\}" \$\{2:\+"\$2"\} 9/g, ':').replaceAll('flock -n 9', ':');
    if (this.mutilated === 'session') return text.replace(/fence\(\) \{\n.*\n.*\n\}/, 'fence() { :; }');
    return text;
  }
}

const noSync: Tool = function* () {
  return 0;
};

const noTool: Tool = (_shell, argv) => {
  throw new Error(`nobody calls ${argv.join(' ')}`);
};

/** Files that one script alone ever reads: who looks at the host in between cannot tell whether they are there. */
function isPrivate(path: string): boolean {
  return path.endsWith('.stagecraft-temp') || /\/\.[^/]+\.new$/.test(path) || /\/runs\/.*\/(script|effects|log|results|exit\.temp)$/.test(path) || /\/[^/]*\.lock$|\/lock\.mutex$|\/proxy\/lock$/.test(path);
}
