import { hash } from 'node:crypto';
import { basename, dirname } from 'node:path/posix';
import { globSource, type Fd, type Run, type Shell, type Tool } from './shell.js';

/** The programs that our scripts call, with the options that they give. Others, and other options, are refused. */
export const tools: Readonly<Record<string, Tool>> = { base64, basename: pathName, cat, chmod, cut, date, dirname: pathName, echo, find, flock, grep, head, kill: refused, ln, ls, mkdir, mv, paste, printf, rm, sed, sha256sum, sh, sleep, sort, sync, tail, test, '[': test, timeout, tr, truncate, wc };

function* echo(shell: Shell, argv: readonly string[]): Run {
  yield* shell.print(`${argv.slice(1).join(' ')}\n`);
  return 0;
}

function* printf(shell: Shell, argv: readonly string[]): Run {
  const [, format = '', ...given] = argv;
  let text = '';
  let next = 0;
  do {
    text += format.replace(/%s|%%|\\n|\\t|\\\\|%./g, (found) => {
      if (found === '%s') return given[next++] ?? '';
      if (found === '%%') return '%';
      if (found === '\\n') return '\n';
      if (found === '\\t') return '\t';
      if (found === '\\\\') return '\\';
      throw new Error(`the simulated printf does not know ${found}`);
    });
  } while (next < given.length && format.includes('%s'));
  yield* shell.print(text);
  return 0;
}

function* test(shell: Shell, argv: readonly string[]): Run {
  const words = argv[0] === '[' ? argv.slice(1, -1) : argv.slice(1);
  const not = words[0] === '!';
  return Number(holds(shell, not ? words.slice(1) : words) === not);
}

function holds(shell: Shell, words: readonly string[]): boolean {
  const [a = '', op = '', b = ''] = words;
  if (words.length <= 1) return a !== '';
  if (words.length === 2) {
    const node = shell.around.disk.find(shell.path(op));
    switch (a) {
      case '-z':
        return op === '';
      case '-n':
        return op !== '';
      case '-e':
        return node !== undefined;
      case '-f':
        return node?.folder === false;
      case '-d':
        return node?.folder === true;
      case '-s':
        return node !== undefined && (node.folder || node.text !== '');
      case '-O':
      case '-w':
        return node !== undefined;
      case '-L':
      case '-g':
        return false;
    }
  }
  switch (op) {
    case '=':
      return a === b;
    case '!=':
      return a !== b;
    case '-eq':
      return Number(a) === Number(b);
    case '-ne':
      return Number(a) !== Number(b);
    case '-lt':
      return Number(a) < Number(b);
    case '-le':
      return Number(a) <= Number(b);
    case '-gt':
      return Number(a) > Number(b);
    case '-ge':
      return Number(a) >= Number(b);
  }
  throw new Error(`the simulated test does not know ${words.join(' ')}`);
}

function* date(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-u +%Y-%m-%dT%H:%M:%S.%3NZ') throw unknown(argv);
  yield* shell.print(`${new Date(shell.around.now()).toISOString()}\n`);
  return 0;
}

function* flock(shell: Shell, argv: readonly string[]): Run {
  const words = argv.slice(1);
  const wait = words[0] === '-n' ? 0 : words[0] === '-w' ? Number(words[1]) * 1_000 : Infinity;
  const fd: Fd | undefined = shell.fds.get(Number(words.at(-1)));
  if (fd?.kind !== 'file') throw unknown(argv);
  const { file } = fd;
  const { disk } = shell.around;
  // Always a place to stop at: who comes first is the question.
  yield { kind: 'effect', what: `flock ${file.path}` };
  if (!disk.lockFree(file) && wait > 0) yield { kind: 'wait', ready: () => disk.lockFree(file), until: shell.around.now() + wait, what: `flock ${file.path}` };
  if (!disk.lockFree(file)) return 1;
  disk.lock(file);
  return 0;
}

// Nothing is lost that was written: what a power cut takes away is not simulated.
function* sync(shell: Shell, argv: readonly string[]): Run {
  for (const path of argv.slice(1).filter((word) => word !== '-d')) if (!shell.around.disk.find(shell.path(path))) return yield* shell.complain(`sync: ${path}: No such file`);
  return 0;
}

function* mv(shell: Shell, argv: readonly string[]): Run {
  const [from = '', to = ''] = argv.slice(1).filter((word) => word !== '-f').map((path) => shell.path(path));
  yield* changing(shell, to, `mv to ${to}`);
  return shell.around.disk.rename(from, to) ? 0 : yield* shell.complain(`mv: cannot move ${from} to ${to}`);
}

function* rm(shell: Shell, argv: readonly string[]): Run {
  const flags = argv.slice(1).filter((word) => word.startsWith('-')).join('');
  for (const given of argv.slice(1).filter((word) => !word.startsWith('-'))) {
    const path = shell.path(given);
    const node = shell.around.disk.find(path);
    if (!node) {
      if (flags.includes('f')) continue;
      return yield* shell.complain(`rm: ${given}: No such file`);
    }
    if (node.folder && !flags.includes('r')) return yield* shell.complain(`rm: ${given}: Is a directory`);
    yield* changing(shell, path, `rm ${path}`);
    shell.around.disk.remove(path);
  }
  return 0;
}

function* ln(shell: Shell, argv: readonly string[]): Run {
  const [from = '', to = ''] = argv.slice(1).map((path) => shell.path(path));
  yield* changing(shell, to, `ln to ${to}`);
  return shell.around.disk.hardLink(from, to) ? 0 : yield* shell.complain(`ln: ${to}: File exists`);
}

function* mkdir(shell: Shell, argv: readonly string[]): Run {
  const parents = argv.includes('-p');
  for (const given of argv.slice(1).filter((word) => word !== '-p')) {
    const path = shell.path(given);
    if (parents) {
      for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) shell.around.disk.makeFolder(path.slice(0, end));
      if (!shell.around.disk.makeFolder(path) && !shell.around.disk.find(path)?.folder) return yield* shell.complain(`mkdir: ${given}`);
    } else if (!shell.around.disk.makeFolder(path)) return yield* shell.complain(`mkdir: ${given}: File exists`);
  }
  return 0;
}

function* chmod(shell: Shell, argv: readonly string[]): Run {
  for (const path of argv.slice(2)) if (!shell.around.disk.find(shell.path(path))) return yield* shell.complain(`chmod: ${path}: No such file`);
  return 0;
}

function* cat(shell: Shell, argv: readonly string[]): Run {
  const paths = argv.slice(1).filter((word) => word !== '--');
  if (paths.length === 0) {
    yield* shell.print(shell.input());
    return 0;
  }
  let code = 0;
  for (const path of paths) {
    const text = shell.around.disk.read(shell.path(path));
    if (text === undefined) code = yield* shell.complain(`cat: ${path}: No such file`);
    else yield* shell.print(text);
  }
  return code;
}

function* wc(shell: Shell, argv: readonly string[]): Run {
  const text = shell.input();
  if (argv[1] === '-c') yield* shell.print(`${Buffer.byteLength(text)}\n`);
  else if (argv[1] === '-l') yield* shell.print(`${text.split('\n').length - 1}\n`);
  else throw unknown(argv);
  return 0;
}

function* head(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-c' || argv.length !== 3) throw unknown(argv);
  yield* shell.print(shell.readFd(0, Number(argv[2])));
  return 0;
}

function* tail(shell: Shell, argv: readonly string[]): Run {
  const [, flag = '', count = '', path] = argv;
  const text = path === undefined ? shell.input() : shell.around.disk.read(shell.path(path));
  if (text === undefined) return yield* shell.complain(`tail: ${path}: No such file`);
  if (flag === '-n') {
    const lines = text.split('\n');
    const whole = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    const kept = whole.slice(-Number(count)).join('\n');
    yield* shell.print(text === '' ? '' : text.endsWith('\n') ? `${kept}\n` : kept);
  } else if (flag === '-c' && count.startsWith('+')) yield* shell.print(Buffer.from(text).subarray(Number(count) - 1).toString());
  else if (flag === '-c') yield* shell.print(Buffer.from(text).subarray(-Number(count)).toString());
  else throw unknown(argv);
  return 0;
}

function* truncate(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-s') throw unknown(argv);
  const path = shell.path(argv[3] ?? '');
  yield* changing(shell, path, `truncate ${path}`);
  return shell.around.disk.truncate(path, Number(argv[2])) ? 0 : yield* shell.complain(`truncate: ${path}`);
}

function* sha256sum(shell: Shell): Run {
  yield* shell.print(`${hash('sha256', shell.input())}  -\n`);
  return 0;
}

function* base64(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-d') throw unknown(argv);
  yield* shell.print(Buffer.from(shell.input(), 'base64').toString());
  return 0;
}

function* grep(shell: Shell, argv: readonly string[]): Run {
  const [, first = '', ...rest] = argv;
  const flags = first.startsWith('-') ? first.slice(1) : '';
  const [pattern = '', path] = flags === '' ? [first, ...rest] : rest;
  const text = path === undefined ? shell.input() : shell.around.disk.read(shell.path(path));
  if (text === undefined) return flags.includes('s') ? 2 : (yield* shell.complain(`grep: ${path}: No such file`)) * 2;
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  if (!flags.includes('F') && /[*[\]^$\\]/.test(pattern)) throw unknown(argv);
  const expression = flags.includes('F') ? undefined : new RegExp(pattern);
  const found = text === '' ? [] : lines.filter((line) => (expression ? expression.test(line) : flags.includes('x') ? line === pattern : line.includes(pattern)));
  if (flags.includes('c')) yield* shell.print(`${found.length}\n`);
  else if (!flags.includes('q')) yield* shell.print(found.map((line) => `${line}\n`).join(''));
  return Number(found.length === 0);
}

/** `$d` and substitutions. */
function* sed(shell: Shell, argv: readonly string[]): Run {
  const words = argv.slice(1);
  if (words[0] === '$d') {
    const text = shell.around.disk.read(shell.path(words[1] ?? '')) ?? '';
    const lines = text.split('\n');
    yield* shell.print((text.endsWith('\n') ? lines.slice(0, -2) : lines.slice(0, -1)).map((line) => `${line}\n`).join(''));
    return 0;
  }
  const rules: ((line: string) => string)[] = [];
  for (let index = 0; index < words.length; index += 2) {
    const [, from = '', to = '', flags = ''] = /^s\/((?:[^/\\]|\\.)*)\/((?:[^/\\]|\\.)*)\/(g?)$/.exec(words[index] === '-e' ? (words[index + 1] ?? '') : '') ?? [];
    if (from === '') throw unknown(argv);
    const expression = new RegExp(from.replace(/\\([()])|([()])|\[([^\]]*)\]/g, (all, group: string | undefined, plain: string | undefined, set: string | undefined) => group ?? (plain ? `\\${plain}` : `[${(set ?? '').replaceAll('\\', '\\\\')}]`)), flags);
    const replacement = to.replace(/\$/g, '$$$$').replace(/\\(\d|&|\\)|&/g, (all, escaped: string | undefined) => (escaped === undefined ? '$&' : /\d/.test(escaped) ? `$${escaped}` : escaped));
    rules.push((line) => line.replace(expression, replacement));
  }
  const text = shell.input();
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  yield* shell.print(text === '' ? '' : lines.map((line) => `${rules.reduce((now, rule) => rule(now), line)}\n`).join(''));
  return 0;
}

function* tr(shell: Shell, argv: readonly string[]): Run {
  const complement = argv[1] === '-c';
  const [set = '', to = ''] = argv.slice(complement ? 2 : 1);
  const known = new RegExp(`[${complement ? '^' : ''}${set.replace(/\\(\d{3})/g, (_, octal: string) => `\\x${parseInt(octal, 8).toString(16).padStart(2, '0')}`)}]`, 'g');
  yield* shell.print(shell.input().replace(known, to));
  return 0;
}

function* paste(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-s -d , -') throw unknown(argv);
  yield* shell.print(`${shell.input().replace(/\n$/, '').split('\n').join(',')}\n`);
  return 0;
}

function* cut(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-d   -f 2') throw unknown(argv);
  yield* shell.print(linesOf(shell.input()).map((line) => `${line.split(' ')[1] ?? line}\n`).join(''));
  return 0;
}

function* sort(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-n') throw unknown(argv);
  yield* shell.print(linesOf(shell.input()).sort((a, b) => parseFloat(a) - parseFloat(b) || (a < b ? -1 : 1)).map((line) => `${line}\n`).join(''));
  return 0;
}

function* ls(shell: Shell, argv: readonly string[]): Run {
  const folder = argv.slice(1).find((word) => !word.startsWith('-')) ?? '.';
  yield* shell.print(shell.around.disk.list(shell.path(folder)).map((name) => `${name}\n`).join(''));
  return 0;
}

function* pathName(shell: Shell, argv: readonly string[]): Run {
  yield* shell.print(`${argv[0] === 'dirname' ? dirname(argv[1] ?? '') : basename(argv[1] ?? '')}\n`);
  return 0;
}

function* find(shell: Shell, argv: readonly string[]): Run {
  const at = argv.indexOf('-exec');
  const depth = (flag: string, otherwise: number): number => (argv.includes(flag) ? Number(argv[argv.indexOf(flag) + 1]) : otherwise);
  const root = shell.path(argv[1] ?? '');
  // Nothing of a simulated run is an hour old but what lay there before; it stays.
  if (argv.includes('-mmin')) return 0;
  const name = new RegExp(`^${globSource(argv[argv.indexOf('-name') + 1] ?? '*', false)}$`);
  const found = shell.around.disk.below(root).filter((path) => {
    const level = path.slice(root.length).split('/').length - 1;
    return level >= depth('-mindepth', 0) && level <= depth('-maxdepth', Infinity) && name.test(basename(path));
  });
  if (at < 0 || argv.at(-1) !== '+') throw unknown(argv);
  return found.length === 0 ? 0 : yield* shell.external([...argv.slice(at + 1, -2), ...found]);
}

/** The time that it gives is long: here whatever it starts comes to its end, or is held up on purpose. */
function* timeout(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-k') throw unknown(argv);
  return yield* shell.external(argv.slice(4));
}

function* sh(shell: Shell, argv: readonly string[]): Run {
  const flags = argv[1]?.startsWith('-') ? argv[1] : '';
  const text = shell.around.disk.read(shell.path(argv[flags === '' ? 1 : 2] ?? ''));
  if (text === undefined) return yield* shell.complain(`sh: cannot open ${argv.join(' ')}`);
  return yield* shell.child(text, { errexit: flags.includes('e'), nounset: flags.includes('u') });
}

function* sleep(shell: Shell, argv: readonly string[]): Run {
  yield { kind: 'wait', ready: () => false, until: shell.around.now() + Number(argv[1]) * 1_000, what: `sleep ${argv[1]}` };
  return 0;
}

function* refused(_shell: Shell, argv: readonly string[]): Run {
  throw unknown(argv);
}

function* changing(shell: Shell, path: string, what: string): Generator<{ kind: 'effect'; what: string }, void, void> {
  if (!shell.around.isPrivate(path)) yield { kind: 'effect', what };
}

function linesOf(text: string): string[] {
  return text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function unknown(argv: readonly string[]): Error {
  return new Error(`the simulated host does not know ${argv.join(' ')}`);
}
