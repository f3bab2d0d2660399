import { execute } from './execute.js';
import { parsed } from './parsed.js';
import { Exit, Leave, Return, type Around, type Fd, type Run, type Stop } from './run.js';
import type { Command } from './tree.js';

/** One shell: a process of its own, or a part of one in brackets. */
export class Shell {
  variables: ReadonlyMap<string, string>;
  functions: ReadonlyMap<string, Command>;
  exported: ReadonlySet<string>;
  readonly fds: Map<number, Fd>;
  folder = '/';
  umask = 0o022;
  params: readonly string[] = [];
  errexit = false;
  nounset = false;
  status = 0;
  /** Exit code of the last command whose output was put into a word. */
  substituted: number | undefined;
  trap = '';

  constructor(
    readonly around: Around,
    from?: Shell,
  ) {
    this.variables = from?.variables ?? new Map();
    this.functions = from?.functions ?? new Map();
    this.exported = from?.exported ?? new Set();
    this.fds = new Map(from?.fds);
    for (const fd of this.fds.values()) if (fd.kind === 'file') fd.file.uses += 1;
    if (!from) return;
    from.owns = false;
    this.owns = false;
    this.folder = from.folder;
    this.umask = from.umask;
    this.params = from.params;
    this.errexit = from.errexit;
    this.nounset = from.nounset;
    this.status = from.status;
  }

  /** Its variables and functions are no other shell's; else they are copied before they are changed. */
  private owns = true;

  /** Runs a whole script to its end and lets go of everything that it had open. */
  *script(text: string): Run {
    return yield* this.toEnd(parsed(text), false);
  }

  /** A part of it in brackets, or of a pipe: with all that it knows, and with changes of its own. */
  forked(): Shell {
    return new Shell(this.around, this);
  }

  /** A shell that a script starts: it knows of the environment and of open files, and of nothing else. */
  *child(text: string, flags: { readonly errexit: boolean; readonly nounset: boolean }): Run {
    const inner = this.forked();
    inner.variables = new Map([...inner.variables].filter(([name]) => inner.exported.has(name)));
    inner.functions = new Map();
    inner.owns = true;
    inner.errexit = flags.errexit;
    inner.nounset = flags.nounset;
    inner.params = [];
    return yield* inner.script(text);
  }

  /** @param tested its failure is somebody's question: -e ends nothing in it. */
  *toEnd(tree: Command, tested: boolean): Run {
    let code: number;
    let replaced = false;
    try {
      code = yield* execute(this, tree, tested);
    } catch (error) {
      if (error instanceof Leave) throw new Error(`the simulated sh does not know ${error.how} for a loop that is not in the same shell`);
      if (!(error instanceof Exit) && !(error instanceof Return)) throw error;
      code = error.code;
      replaced = error instanceof Exit && error.replaced;
    }
    if (this.trap !== '' && !replaced) code = yield* this.trapped(code);
    this.close();
    return code;
  }

  close(): void {
    for (const fd of this.fds.values()) if (fd.kind === 'file') this.around.disk.close(fd.file);
    this.fds.clear();
  }

  put(number: number, fd: Fd): void {
    const before = this.fds.get(number);
    if (before?.kind === 'file') this.around.disk.close(before.file);
    this.fds.set(number, fd);
  }

  /** Reads what is left of standard input. */
  input(): string {
    return this.readFd(0, Infinity);
  }

  readFd(number: number, bytes: number): string {
    const rest = this.ahead(number);
    const text = bytes === Infinity ? rest : headOf(rest, bytes);
    this.skip(number, text.length);
    return text;
  }

  /** What is left to be read, without taking it. */
  ahead(number: number): string {
    const fd = this.fds.get(number);
    return fd?.kind === 'in' ? fd.text.slice(fd.at) : fd?.kind === 'file' ? fd.file.node.text.slice(fd.file.at) : '';
  }

  skip(number: number, length: number): void {
    const fd = this.fds.get(number);
    if (fd?.kind === 'in') fd.at += length;
    else if (fd?.kind === 'file') fd.file.at += length;
  }

  *print(text: string, number = 1): Generator<Stop, void, void> {
    const fd = this.fds.get(number);
    if (fd?.kind === 'out') fd.text += text;
    else if (fd?.kind === 'file' && text !== '') {
      if (!this.around.isPrivate(fd.file.path)) yield { kind: 'effect', what: `write ${fd.file.path}` };
      this.around.disk.write(fd.file, text);
    }
  }

  *complain(text: string): Run {
    yield* this.print(`${text}\n`, 2);
    return 1;
  }

  path(given: string): string {
    if (given === '') return '';
    if (given.startsWith('/') && !given.includes('/.') && !given.includes('//') && !given.endsWith('/')) return given;
    const path = given.startsWith('/') ? given : `${this.folder}/${given}`;
    const parts: string[] = [];
    for (const part of path.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  }

  /** Runs a command line as it stands: a tool, not a function. */
  *external(argv: readonly string[]): Run {
    const name = argv[0] ?? '';
    const tool = this.around.tool(name);
    if (!tool) throw new Error(`the simulated host has no program ${name} (${argv.join(' ')})`);
    return yield* tool(this, argv);
  }

  value(name: string): string | undefined {
    switch (name) {
      case '?':
        return String(this.status);
      case '$':
        return String(this.around.pid);
      case '#':
        return String(this.params.length);
      case '@':
      case '*':
        return this.params.join(' ');
      case '0':
        return 'sh';
      default:
        return /^[1-9]$/.test(name) ? this.params[Number(name) - 1] : this.variables.get(name);
    }
  }

  /** Sets a variable, or with undefined takes it away. */
  set(name: string, value: string | undefined): void {
    const { variables } = this.own();
    if (value === undefined) variables.delete(name);
    else variables.set(name, value);
  }

  define(name: string, body: Command): void {
    this.own().functions.set(name, body);
  }

  export(name: string, exported = true): void {
    const all = new Set(this.exported);
    if (exported) all.add(name);
    else all.delete(name);
    this.exported = all;
  }

  private own(): { variables: Map<string, string>; functions: Map<string, Command> } {
    if (!this.owns) {
      this.owns = true;
      this.variables = new Map(this.variables);
      this.functions = new Map(this.functions);
    }
    return this as unknown as { variables: Map<string, string>; functions: Map<string, Command> };
  }

  private *trapped(code: number): Run {
    const text = this.trap;
    this.trap = '';
    this.status = code;
    try {
      yield* execute(this, parsed(text), false);
      return code;
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      return error.code;
    }
  }
}

/** The first so many bytes. */
function headOf(text: string, bytes: number): string {
  if (text.length <= bytes && Buffer.byteLength(text) <= bytes) return text;
  return Buffer.from(text).subarray(0, bytes).toString();
}
