import { splitting } from './expand.js';
import { Exit, Leave, Return, type Run, type Tool } from './run.js';
import type { Shell } from './shell.js';

/** Commands of the shell itself, but for `exec`. */
export const builtins: Readonly<Partial<Record<string, Tool>>> = { ':': colon, break: leave, cd, command, continue: leave, exit, export: exports, read, return: returns, set, shift, trap, umask };

/** Those in which an error ends the shell, and before which an assignment stays. */
export const special: ReadonlySet<string> = new Set([':', 'break', 'continue', 'exec', 'exit', 'export', 'return', 'set', 'shift', 'trap']);

function* colon(): Run {
  return 0;
}

function* exit(shell: Shell, argv: readonly string[]): Run {
  throw new Exit(argv[1] === undefined ? shell.status : Number(argv[1]));
}

function* returns(shell: Shell, argv: readonly string[]): Run {
  throw new Return(argv[1] === undefined ? shell.status : Number(argv[1]));
}

function* leave(_shell: Shell, argv: readonly string[]): Run {
  throw new Leave(argv[0] === 'break' ? 'break' : 'continue', Number(argv[1] ?? 1));
}

function* shift(shell: Shell, argv: readonly string[]): Run {
  const count = Number(argv[1] ?? 1);
  if (count > shell.params.length) {
    yield* shell.complain("sh: shift: can't shift that many");
    throw new Exit(2);
  }
  shell.params = shell.params.slice(count);
  return 0;
}

function* set(shell: Shell, argv: readonly string[]): Run {
  const [, first = ''] = argv;
  if (first === '--') shell.params = argv.slice(2);
  else if (/^[-+][eu]+$/.test(first) && argv.length === 2) {
    if (first.includes('e')) shell.errexit = first.startsWith('-');
    if (first.includes('u')) shell.nounset = first.startsWith('-');
  } else if (first !== '' && !/^[-+]/.test(first)) shell.params = argv.slice(1);
  else throw unknown(argv);
  return 0;
}

function* exports(shell: Shell, argv: readonly string[]): Run {
  for (const word of argv.slice(1)) {
    const [variable = '', ...value] = word.split('=');
    shell.export(variable);
    if (value.length > 0) shell.set(variable, value.join('='));
  }
  return 0;
}

function* umask(shell: Shell, argv: readonly string[]): Run {
  if (!/^[0-7]+$/.test(argv[1] ?? '')) throw unknown(argv);
  shell.umask = parseInt(argv[1] ?? '', 8);
  return 0;
}

function* cd(shell: Shell, argv: readonly string[]): Run {
  const path = shell.path(argv[1] ?? '');
  if (argv.length !== 2 || argv[1] === '-') throw unknown(argv);
  if (!shell.around.disk.find(path)?.folder) return (yield* shell.complain(`cd: can't cd to ${argv[1]}`)) * 2;
  shell.folder = path;
  return 0;
}

function* command(shell: Shell, argv: readonly string[]): Run {
  const [, flag, name = ''] = argv;
  if (flag !== '-v' || argv.length !== 3) throw unknown(argv);
  const own = name in builtins || name === 'exec' || shell.functions.has(name);
  if (!own && !shell.around.tool(name)) return 127;
  yield* shell.print(`${own ? '' : '/usr/bin/'}${name}\n`);
  return 0;
}

function* trap(shell: Shell, argv: readonly string[]): Run {
  if (argv[2] !== 'EXIT' || argv.length !== 3) throw unknown(argv);
  shell.trap = argv[1] ?? '';
  return 0;
}

function* read(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-r' || argv.length < 3) throw unknown(argv);
  const names = argv.slice(2);
  const text = shell.ahead(0);
  const end = text.indexOf('\n');
  const line = end < 0 ? text : text.slice(0, end);
  shell.skip(0, end < 0 ? text.length : end + 1);
  let rest = splitting(shell) ? line.replace(/^[ \t]+|[ \t]+$/g, '') : line;
  for (const [index, name] of names.entries()) {
    const blanks = index < names.length - 1 && splitting(shell) ? /[ \t]+/.exec(rest) : undefined;
    shell.set(name, index === names.length - 1 || !blanks ? rest : rest.slice(0, blanks.index));
    rest = blanks ? rest.slice(blanks.index + blanks[0].length) : index < names.length - 1 ? '' : rest;
  }
  return end < 0 ? 1 : 0;
}

function unknown(argv: readonly string[]): Error {
  return new Error(`the simulated sh does not know ${argv.join(' ')}`);
}
