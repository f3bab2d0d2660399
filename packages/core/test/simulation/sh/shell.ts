import type { Disk, OpenFile } from '../host/disk.js';
import type { Command, Part, Redirect, Word } from './tree.js';
import { readScript } from './read.js';

/** What a process stops at, for whoever schedules it. */
export type Stop =
  /** Before a change that others can see. */
  | { readonly kind: 'effect'; readonly what: string }
  /** Until `ready`, or, where there is one, until that instant. */
  | { readonly kind: 'wait'; readonly ready: () => boolean; readonly until: number; readonly what: string };

export type Run = Generator<Stop, number, void>;

export type Fd = { readonly kind: 'out'; text: string } | { readonly kind: 'in'; text: string; at: number } | { readonly kind: 'file'; readonly file: OpenFile } | { readonly kind: 'null' };

/** The process around a shell: what it may reach. */
export interface Around {
  readonly disk: Disk;
  readonly pid: number;
  now(): number;
  readonly bootId: string;
  /** A file that this process alone reads: a change of it is nothing to stop at. */
  isPrivate(path: string): boolean;
  tool(name: string): Tool | undefined;
}

export type Tool = (shell: Shell, argv: readonly string[]) => Run;

class Exit {
  constructor(readonly code: number) {}
}
class Return {
  constructor(readonly code: number) {}
}
class Leave {
  constructor(
    readonly how: 'break' | 'continue',
    public levels: number,
  ) {}
}

const preludeEnd = `grep -qF '"type":"close","operation":"'"$1"'",' "$J"\n}\n`;
const parsed = new Map<string, Command>();

function read(text: string): Command {
  let tree = parsed.get(text);
  if (tree === undefined) {
    if (parsed.size > 5_000) parsed.clear();
    // Every script begins with the same prelude, and it is long.
    const end = text.startsWith('#!') || text.endsWith(preludeEnd) ? -1 : text.indexOf(preludeEnd);
    tree = end < 0 ? readScript(text) : { kind: 'list', commands: [read(text.slice(0, end + preludeEnd.length)), readScript(text.slice(end + preludeEnd.length))] };
    parsed.set(text, tree);
  }
  return tree;
}

type Compound = Exclude<Command, { kind: 'simple' | 'list' | 'and' | 'or' | 'pipe' | 'function' }>;

/** One shell: a process of its own, or a part of one in brackets. */
export class Shell {
  variables: Map<string, string>;
  readonly exported: Set<string>;
  functions: Map<string, Command>;
  /** Both are another shell's too, and are copied before they are changed. */
  private shared = false;
  readonly fds: Map<number, Fd>;
  folder = '/';
  umask = 0o022;
  params: readonly string[] = [];
  errexit = false;
  nounset = false;
  status = 0;
  private substituted: number | undefined;
  private trap = '';

  constructor(
    readonly around: Around,
    from?: Shell,
  ) {
    this.variables = from?.variables ?? new Map();
    this.exported = from?.exported ?? new Set();
    this.functions = from?.functions ?? new Map();
    this.shared = from !== undefined;
    if (from) from.shared = true;
    this.fds = new Map(from?.fds);
    for (const fd of this.fds.values()) if (fd.kind === 'file') fd.file.uses += 1;
    if (!from) return;
    this.folder = from.folder;
    this.umask = from.umask;
    this.params = from.params;
    this.errexit = from.errexit;
    this.nounset = from.nounset;
    this.status = from.status;
  }

  /** Runs a whole script to its end and lets go of everything that it had open. */
  *script(text: string): Run {
    return yield* this.toEnd(read(text));
  }

  /** A shell that a script starts: it knows of the environment and of open files, and of nothing else. */
  *child(text: string, flags: { readonly errexit: boolean; readonly nounset: boolean }, params: readonly string[] = []): Run {
    const inner = new Shell(this.around, this);
    inner.variables = new Map([...inner.variables].filter(([name]) => inner.exported.has(name)));
    inner.functions = new Map();
    inner.errexit = flags.errexit;
    inner.nounset = flags.nounset;
    inner.params = params;
    return yield* inner.toEnd(read(text));
  }

  /** Reads what is left of standard input. */
  input(): string {
    return this.readFd(0, Infinity);
  }

  readFd(number: number, bytes: number): string {
    const fd = this.fds.get(number);
    if (fd?.kind === 'in') {
      const rest = fd.text.slice(fd.at);
      const text = bytes === Infinity ? rest : headOf(rest, bytes);
      fd.at += text.length;
      return text;
    }
    if (fd?.kind === 'file') {
      const rest = fd.file.node.text.slice(fd.file.at);
      const text = bytes === Infinity ? rest : headOf(rest, bytes);
      fd.file.at += text.length;
      return text;
    }
    return '';
  }

  *print(text: string, number = 1): Generator<Stop, void, void> {
    const fd = this.fds.get(number);
    if (fd?.kind === 'out') fd.text += text;
    else if (fd?.kind === 'file') {
      if (!this.around.isPrivate(fd.file.path)) yield { kind: 'effect', what: `write ${fd.file.path}` };
      this.around.disk.write(fd.file, text);
    }
  }

  *complain(text: string): Run {
    yield* this.print(`${text}\n`, 2);
    return 1;
  }

  path(given: string): string {
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

  private set(name: string, value: string): void {
    this.own();
    this.variables.set(name, value);
  }

  private unset(name: string): void {
    this.own();
    this.variables.delete(name);
  }

  private own(): void {
    if (!this.shared) return;
    this.shared = false;
    this.variables = new Map(this.variables);
    this.functions = new Map(this.functions);
  }

  private *toEnd(tree: Command): Run {
    let code: number;
    try {
      code = yield* this.run(tree, false);
    } catch (error) {
      if (!(error instanceof Exit) && !(error instanceof Return)) throw error;
      code = error.code;
    }
    if (this.trap !== '') {
      const text = this.trap;
      this.trap = '';
      yield* this.run(read(text), true);
    }
    this.close();
    return code;
  }

  private close(): void {
    for (const fd of this.fds.values()) if (fd.kind === 'file') this.around.disk.close(fd.file);
    this.fds.clear();
  }

  /** @param tested its failure is somebody's question: it does not end a shell with -e. */
  private *run(command: Command, tested: boolean): Run {
    const code = yield* this.kindOf(command, tested);
    this.status = code;
    if (code !== 0 && this.errexit && !tested && (command.kind === 'simple' || command.kind === 'pipe' || command.kind === 'subshell') && !(command.kind === 'pipe' && command.not)) throw new Exit(code);
    return code;
  }

  private *kindOf(command: Command, tested: boolean): Run {
    switch (command.kind) {
      case 'simple':
        return yield* this.simple(command, tested);
      case 'list': {
        let code = 0;
        for (const one of command.commands) code = yield* this.run(one, tested);
        return code;
      }
      case 'and':
      case 'or': {
        const code = yield* this.run(command.left, true);
        if ((code === 0) !== (command.kind === 'and')) return code;
        return yield* this.run(command.right, tested);
      }
      case 'pipe':
        return yield* this.pipe(command.commands, command.not, tested);
      case 'function':
        this.own();
        this.functions.set(command.name, command.body);
        return 0;
      case 'subshell': {
        const inner = new Shell(this.around, this);
        const opened = yield* inner.redirect(command.redirs);
        if (opened !== 0) {
          inner.close();
          return opened;
        }
        if (tested) inner.errexit = false;
        return yield* inner.toEnd(command.body);
      }
      default:
        return yield* this.redirected(command.redirs, () => this.compound(command, tested));
    }
  }

  private *compound(command: Compound, tested: boolean): Run {
    switch (command.kind) {
      case 'group':
      case 'subshell':
        return yield* this.run(command.body, tested);
      case 'if':
        for (const arm of command.arms) if ((yield* this.run(arm.when, true)) === 0) return yield* this.run(arm.then, tested);
        return command.otherwise ? yield* this.run(command.otherwise, tested) : 0;
      case 'while': {
        let code = 0;
        while (((yield* this.run(command.when, true)) === 0) !== command.until) {
          const left = yield* this.turn(command.body, tested);
          if (typeof left === 'number') code = left;
          else if (left === 'break') break;
        }
        return code;
      }
      case 'for': {
        const words = command.words ? yield* this.fields(command.words) : [...this.params];
        let code = 0;
        for (const word of words) {
          this.set(command.name, word);
          const left = yield* this.turn(command.body, tested);
          if (typeof left === 'number') code = left;
          else if (left === 'break') break;
        }
        return code;
      }
      case 'case': {
        const word = yield* this.text(command.word);
        for (const arm of command.arms) for (const pattern of arm.patterns) if ((yield* this.pattern(pattern, 'whole')).test(word)) return yield* this.run(arm.body, tested);
        return 0;
      }
    }
  }

  private *turn(body: Command, tested: boolean): Generator<Stop, number | 'break' | 'continue', void> {
    try {
      return yield* this.run(body, tested);
    } catch (error) {
      if (!(error instanceof Leave)) throw error;
      if (error.levels > 1) {
        error.levels -= 1;
        throw error;
      }
      return error.how;
    }
  }

  private *pipe(commands: readonly Command[], not: boolean, tested: boolean): Run {
    let code: number;
    const [only] = commands;
    if (commands.length === 1 && only) code = yield* this.run(only, true);
    else {
      code = 0;
      let text = '';
      for (const [index, command] of commands.entries()) {
        const inner = new Shell(this.around, this);
        if (index > 0) inner.put(0, { kind: 'in', text, at: 0 });
        const out: Fd = { kind: 'out', text: '' };
        if (index < commands.length - 1) inner.put(1, out);
        if (tested || index < commands.length - 1) inner.errexit = false;
        code = yield* inner.toEnd(command);
        text = out.text;
      }
    }
    return not ? Number(code === 0) : code;
  }

  private *redirected(redirs: readonly Redirect[], run: () => Run): Run {
    if (redirs.length === 0) return yield* run();
    const before = new Map(this.fds);
    for (const fd of before.values()) if (fd.kind === 'file') fd.file.uses += 1;
    const opened = yield* this.redirect(redirs);
    try {
      return opened === 0 ? yield* run() : opened;
    } finally {
      for (const fd of this.fds.values()) if (fd.kind === 'file') this.around.disk.close(fd.file);
      this.fds.clear();
      for (const [number, fd] of before) this.fds.set(number, fd);
    }
  }

  private put(number: number, fd: Fd): void {
    const before = this.fds.get(number);
    if (before?.kind === 'file') this.around.disk.close(before.file);
    if (fd.kind === 'file' && fd !== before) this.fds.set(number, fd);
    else this.fds.set(number, fd);
  }

  private *redirect(redirs: readonly Redirect[]): Run {
    for (const redirect of redirs) {
      const text = yield* this.text(redirect.word);
      if (redirect.kind === '>&') {
        const fd = this.fds.get(Number(text));
        if (!fd) throw new Error(`the simulated sh has nothing open as ${text}`);
        if (fd.kind === 'file') fd.file.uses += 1;
        this.put(redirect.fd, fd);
      } else if (redirect.kind === '<<') this.put(redirect.fd, { kind: 'in', text, at: 0 });
      else if (text === '/dev/null') this.put(redirect.fd, { kind: 'null' });
      else {
        const path = this.path(text);
        if (redirect.kind === '<' && path.startsWith('/proc/')) {
          const known = path === '/proc/sys/kernel/random/boot_id' ? `${this.around.bootId}\n` : undefined;
          if (known === undefined) return yield* this.complain(`sh: cannot open ${path}: No such file`);
          this.put(redirect.fd, { kind: 'in', text: known, at: 0 });
          continue;
        }
        const there = this.around.disk.read(path);
        const changes = redirect.kind === '>' ? there !== '' : redirect.kind === '>>' && there === undefined;
        if (changes && !this.around.isPrivate(path)) yield { kind: 'effect', what: `${there === undefined ? 'make' : 'empty'} ${path}` };
        const file = this.around.disk.open(path, redirect.kind, this.around.pid);
        if (!file) return yield* this.complain(`sh: cannot ${redirect.kind === '<' ? 'open' : 'create'} ${path}: No such file`);
        this.put(redirect.fd, { kind: 'file', file });
      }
    }
    return 0;
  }

  private *simple(command: Extract<Command, { kind: 'simple' }>, tested: boolean): Run {
    this.substituted = undefined;
    const argv = yield* this.fields(command.words);
    if (argv.length === 0) {
      for (const { name, value } of command.assigns) this.set(name, yield* this.text(value));
      const code = this.substituted ?? 0;
      return yield* this.redirected(command.redirs, () => done(code));
    }
    const name = argv[0] ?? '';
    if (name === 'exec') {
      if (argv.length > 1) {
        const opened = yield* this.redirect(command.redirs);
        throw new Exit(opened !== 0 ? opened : yield* this.external(argv.slice(1)));
      }
      const opened = yield* this.redirect(command.redirs);
      if (opened !== 0) throw new Exit(2);
      return 0;
    }
    const before = new Map<string, string | undefined>();
    for (const { name: variable, value } of command.assigns) {
      before.set(variable, this.variables.get(variable));
      this.set(variable, yield* this.text(value));
    }
    try {
      return yield* this.redirected(command.redirs, () => this.call(name, argv, tested));
    } finally {
      for (const [variable, value] of before) {
        if (value === undefined) this.unset(variable);
        else this.set(variable, value);
      }
    }
  }

  private *call(name: string, argv: readonly string[], tested: boolean): Run {
    const body = this.functions.get(name);
    if (body) {
      const params = this.params;
      this.params = argv.slice(1);
      try {
        return yield* this.run(body, tested);
      } catch (error) {
        if (error instanceof Return) return error.code;
        throw error;
      } finally {
        this.params = params;
      }
    }
    switch (name) {
      case ':':
      case 'true':
        return 0;
      case 'false':
        return 1;
      case 'exit':
        throw new Exit(argv[1] === undefined ? this.status : Number(argv[1]));
      case 'return':
        throw new Return(argv[1] === undefined ? this.status : Number(argv[1]));
      case 'break':
      case 'continue':
        throw new Leave(name, Number(argv[1] ?? 1));
      case 'shift':
        this.params = this.params.slice(Number(argv[1] ?? 1));
        return 0;
      case 'set':
        if (argv[1] === '--') this.params = argv.slice(2);
        else for (const flag of argv[1] ?? '') if (flag === 'e') this.errexit = true; else if (flag === 'u') this.nounset = true; else if (flag !== '-') throw new Error(`the simulated sh does not know ${argv.join(' ')}`);
        return 0;
      case 'export':
        for (const word of argv.slice(1)) {
          const [variable = '', ...value] = word.split('=');
          this.exported.add(variable);
          if (value.length > 0) this.set(variable, value.join('='));
        }
        return 0;
      case 'umask':
        this.umask = parseInt(argv[1] ?? '', 8);
        return 0;
      case 'cd':
        if (!this.around.disk.find(this.path(argv[1] ?? '/'))?.folder) return yield* this.complain(`cd: can't cd to ${argv[1]}`);
        this.folder = this.path(argv[1] ?? '/');
        return 0;
      case 'command':
        if (argv[1] !== '-v') throw new Error(`the simulated sh does not know ${argv.join(' ')}`);
        if (!this.around.tool(argv[2] ?? '')) return 1;
        yield* this.print(`/usr/bin/${argv[2]}\n`);
        return 0;
      case 'trap':
        if (argv[2] !== 'EXIT') throw new Error(`the simulated sh does not know ${argv.join(' ')}`);
        this.trap = argv[1] ?? '';
        return 0;
      case 'read':
        return this.readLine(argv);
      default:
        return yield* this.external(argv);
    }
  }

  private readLine(argv: readonly string[]): number {
    const names = argv.slice(1).filter((word) => word !== '-r');
    const fd = this.fds.get(0);
    const text = fd?.kind === 'in' ? fd.text.slice(fd.at) : fd?.kind === 'file' ? fd.file.node.text.slice(fd.file.at) : '';
    const end = text.indexOf('\n');
    const line = end < 0 ? text : text.slice(0, end);
    const used = end < 0 ? text.length : end + 1;
    if (fd?.kind === 'in') fd.at += used;
    else if (fd?.kind === 'file') fd.file.at += used;
    if (names.length === 1 || this.variables.get('IFS') === '') this.set(names[0] ?? '', this.variables.get('IFS') === '' ? line : line.trim());
    else {
      const words = line.trim().split(/[ \t]+/);
      for (const [index, variable] of names.entries()) this.set(variable, index === names.length - 1 ? words.slice(index).join(' ') : (words[index] ?? ''));
    }
    return end < 0 ? 1 : 0;
  }

  /** The words of a command, split and with quotes taken off. */
  private *fields(words: readonly Word[]): Generator<Stop, string[], void> {
    const all: string[] = [];
    for (const word of words) {
      if (word.every((part) => part.kind === 'text' && part.quoted)) {
        all.push(word.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
        continue;
      }
      let field: string | undefined;
      let globs = false;
      for (const part of word) {
        if (part.kind === 'text') {
          field = (field ?? '') + part.text;
          globs ||= !part.quoted && /[*?]|\[.+\]/.test(part.text);
        } else if (part.kind === 'param' && part.name === '@' && part.quoted && part.op === '') {
          const [first, ...rest] = this.params;
          if (first === undefined) continue;
          field = (field ?? '') + first;
          for (const one of rest) {
            all.push(field);
            field = one;
          }
        } else if (part.kind === 'param' && (part.op === '+' || part.op === ':+') && !part.quoted) {
          const value = this.value(part.name);
          if (value === undefined || (part.op === ':+' && value === '')) continue;
          const inner = yield* this.fields([part.word]);
          for (const [index, one] of inner.entries()) {
            if (index > 0 && field !== undefined) all.push(field);
            field = index === 0 ? (field ?? '') + one : one;
          }
        } else {
          const text = yield* this.expand(part);
          if (part.quoted) field = (field ?? '') + text;
          else {
            const pieces = text.split(/[ \t\n]+/);
            for (const [index, piece] of pieces.entries()) {
              if (index > 0) {
                if (field !== undefined) all.push(field);
                field = undefined;
              }
              if (piece !== '') field = (field ?? '') + piece;
            }
          }
        }
      }
      if (field !== undefined) all.push(...(globs ? this.glob(field) : [field]));
    }
    return all;
  }

  private glob(field: string): readonly string[] {
    const slash = field.lastIndexOf('/');
    const folder = this.path(field.slice(0, Math.max(slash, 0)) || '.');
    const last = field.slice(slash + 1);
    // `/proc/[0-9]*/stat` and the like: no process of the simulation shows there.
    if (/[*?[]/.test(folder) || folder.startsWith('/proc')) return [field];
    const pattern = new RegExp(`^${globSource(last, false)}$`, 's');
    const found = this.around.disk.list(folder).filter((name) => !name.startsWith('.') && pattern.test(name));
    return found.length === 0 ? [field] : found.map((name) => `${field.slice(0, slash + 1)}${name}`);
  }

  /** A word that is not split. */
  private *text(word: Word): Generator<Stop, string, void> {
    let text = '';
    for (const part of word) text += part.kind === 'text' ? part.text : yield* this.expand(part);
    return text;
  }

  private *pattern(word: Word, place: 'whole' | 'first' | 'last', longest = false): Generator<Stop, RegExp, void> {
    let source = '';
    for (const part of word) {
      const text = part.kind === 'text' ? part.text : yield* this.expand(part);
      source += part.quoted ? escapeRegExp(text) : globSource(text, !longest && place === 'first');
    }
    if (place === 'whole') return expression(`^${source}$`);
    return expression(place === 'first' ? `^${source}` : `^(.*${longest ? '?' : ''})${source}$`);
  }

  private *expand(part: Exclude<Part, { kind: 'text' }>): Generator<Stop, string, void> {
    if (part.kind === 'command') {
      const inner = new Shell(this.around, this);
      const out: Fd = { kind: 'out', text: '' };
      inner.put(1, out);
      this.substituted = yield* inner.toEnd(part.body);
      this.status = this.substituted;
      return out.text.replace(/\n+$/, '');
    }
    if (part.kind === 'arithmetic') return String(this.sum(yield* this.text(part.word)));
    const value = this.value(part.name);
    switch (part.op) {
      case '':
        if (value === undefined && this.nounset && !'@*'.includes(part.name)) {
          yield* this.complain(`sh: ${part.name}: parameter not set`);
          throw new Exit(2);
        }
        return value ?? '';
      case 'length':
        return String((value ?? '').length);
      case '-':
        return value ?? (yield* this.text(part.word));
      case ':-':
        return value === undefined || value === '' ? yield* this.text(part.word) : value;
      case '+':
        return value === undefined ? '' : yield* this.text(part.word);
      case ':+':
        return value === undefined || value === '' ? '' : yield* this.text(part.word);
      case '#':
      case '##':
        return (value ?? '').replace(yield* this.pattern(part.word, 'first', part.op === '##'), '');
      case '%':
      case '%%': {
        const found = (yield* this.pattern(part.word, 'last', part.op === '%%')).exec(value ?? '');
        return found ? (found[1] ?? '') : (value ?? '');
      }
    }
  }

  private value(name: string): string | undefined {
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

  /** Sums and differences, of numbers and variables. */
  private sum(text: string): number {
    let sum = 0;
    let sign = 1;
    for (const [, token = ''] of text.matchAll(/\s*(\w+|[-+]|\S)/g)) {
      if (token === '+') sign = 1;
      else if (token === '-') sign = -1;
      else if (/^\w+$/.test(token)) sum += sign * Number(/^\d/.test(token) ? token : (this.variables.get(token) ?? '0'));
      else throw new Error(`the simulated sh does not know the sum ${text}`);
    }
    return sum;
  }
}

function* done(code: number): Run {
  return code;
}

export function globSource(pattern: string, shortest: boolean): string {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const c = pattern[at] ?? '';
    if (c === '*') source += shortest ? '.*?' : '.*';
    else if (c === '?') source += '.';
    else if (c === '[' && pattern.includes(']', at + 2)) {
      const end = pattern.indexOf(']', at + 2);
      const inside = pattern.slice(at + 1, end);
      source += `[${inside.startsWith('!') ? `^${inside.slice(1)}` : inside}]`.replaceAll('\\', '\\\\');
      at = end;
    } else source += escapeRegExp(c);
  }
  return source;
}

const expressions = new Map<string, RegExp>();

function expression(source: string): RegExp {
  let known = expressions.get(source);
  if (!known) {
    if (expressions.size > 5_000) expressions.clear();
    expressions.set(source, (known = new RegExp(source, 's')));
  }
  return known;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** The first so many bytes. */
export function headOf(text: string, bytes: number): string {
  if (text.length <= bytes && Buffer.byteLength(text) <= bytes) return text;
  return Buffer.from(text).subarray(0, bytes).toString();
}
