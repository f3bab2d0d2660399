import { builtins, special } from './builtins.js';
import { fields, patternOf, textOf } from './expand.js';
import { redirect, redirected } from './redirect.js';
import { Exit, Leave, Return, type Fd, type Run, type Stop } from './run.js';
import type { Shell } from './shell.js';
import type { Command } from './tree.js';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;
type Compound = Exclude<Command, { kind: 'simple' | 'list' | 'and' | 'or' | 'pipe' | 'function' | 'subshell' }>;

/** Runs a command in a shell. @param tested its failure is somebody's question: it does not end a shell with -e. */
export function* execute(shell: Shell, command: Command, tested: boolean): Run {
  const code = yield* byKind(shell, command, tested);
  shell.status = code;
  const ends = command.kind === 'simple' || command.kind === 'subshell' || (command.kind === 'pipe' && !command.not);
  if (code !== 0 && shell.errexit && !tested && ends) throw new Exit(code);
  return code;
}

function* byKind(shell: Shell, command: Command, tested: boolean): Run {
  switch (command.kind) {
    case 'simple':
      return yield* simple(shell, command, tested);
    case 'list': {
      let code = 0;
      for (const one of command.commands) code = yield* execute(shell, one, tested);
      return code;
    }
    case 'and':
    case 'or': {
      const code = yield* execute(shell, command.left, true);
      return (code === 0) === (command.kind === 'and') ? yield* execute(shell, command.right, tested) : code;
    }
    case 'pipe':
      return yield* pipe(shell, command, tested);
    case 'function':
      shell.define(command.name, command.body);
      return 0;
    case 'subshell':
      return yield* subshell(shell, command, tested);
    default: {
      const { code, opened } = yield* redirected(shell, command.redirs, () => compound(shell, command, tested));
      if (!opened && shell.errexit && !tested) throw new Exit(code);
      return code;
    }
  }
}

function* subshell(shell: Shell, { body, redirs }: Of<'subshell'>, tested: boolean): Run {
  const inner = shell.forked();
  const failed = yield* redirect(inner, redirs);
  if (failed === 0) return yield* inner.toEnd(body, tested);
  inner.close();
  return failed;
}

function* pipe(shell: Shell, { commands, not }: Of<'pipe'>, tested: boolean): Run {
  let code = 0;
  const [only] = commands;
  if (commands.length === 1 && only) code = yield* execute(shell, only, tested || not);
  else {
    // One after the other: what the next one reads is whole before it begins.
    let text = '';
    for (const [index, command] of commands.entries()) {
      const inner = shell.forked();
      if (index > 0) inner.put(0, { kind: 'in', text, at: 0 });
      const out: Fd = { kind: 'out', text: '' };
      if (index < commands.length - 1) inner.put(1, out);
      code = yield* inner.toEnd(command, tested || not);
      text = out.text;
    }
  }
  return not ? Number(code === 0) : code;
}

function* compound(shell: Shell, command: Compound, tested: boolean): Run {
  switch (command.kind) {
    case 'group':
      return yield* execute(shell, command.body, tested);
    case 'if':
      for (const arm of command.arms) if ((yield* execute(shell, arm.when, true)) === 0) return yield* execute(shell, arm.then, tested);
      return command.otherwise ? yield* execute(shell, command.otherwise, tested) : 0;
    case 'while': {
      let code = 0;
      for (;;) {
        const { left, code: asked } = yield* turn(function* () {
          return yield* execute(shell, command.when, true);
        });
        if (left === 'break') break;
        if (left === undefined && (asked === 0) === command.until) break;
        if (left !== undefined) continue;
        const body = yield* turn(() => execute(shell, command.body, tested));
        code = body.code;
        if (body.left === 'break') break;
      }
      return code;
    }
    case 'for': {
      let code = 0;
      for (const word of command.words ? yield* fields(shell, command.words) : [...shell.params]) {
        shell.set(command.name, word);
        const body = yield* turn(() => execute(shell, command.body, tested));
        code = body.code;
        if (body.left === 'break') break;
      }
      return code;
    }
    case 'case': {
      const word = yield* textOf(shell, command.word);
      for (const arm of command.arms) for (const pattern of arm.patterns) if ((yield* patternOf(shell, pattern, 'whole')).test(word)) return yield* execute(shell, arm.body, tested);
      return 0;
    }
  }
}

/** One turn of a loop, and whether it was left. */
function* turn(run: () => Run): Generator<Stop, { readonly code: number; readonly left?: 'break' | 'continue' }, void> {
  try {
    return { code: yield* run() };
  } catch (error) {
    if (!(error instanceof Leave)) throw error;
    if (error.levels > 1) {
      error.levels -= 1;
      throw error;
    }
    return { code: 0, left: error.how };
  }
}

function* simple(shell: Shell, command: Of<'simple'>, tested: boolean): Run {
  shell.substituted = undefined;
  const argv = yield* fields(shell, command.words);
  const [name] = argv;
  if (name === undefined) {
    for (const { name: variable, value } of command.assigns) shell.set(variable, yield* textOf(shell, value));
    const code = shell.substituted ?? 0;
    const done = yield* redirected(shell, command.redirs, () => ended(code));
    return done.code;
  }
  if (name === 'exec') return yield* replace(shell, command, argv.slice(1));
  const before = new Map<string, { readonly value: string | undefined; readonly exported: boolean }>();
  for (const { name: variable, value } of command.assigns) {
    before.set(variable, { value: shell.variables.get(variable), exported: shell.exported.has(variable) });
    shell.set(variable, yield* textOf(shell, value));
    if (!special.has(name)) shell.export(variable);
  }
  try {
    const { code, opened } = yield* redirected(shell, command.redirs, () => call(shell, name, argv, tested));
    // Of a command that is a part of the shell, it is an error of the shell.
    if (!opened && special.has(name)) throw new Exit(2);
    return code;
  } finally {
    if (!special.has(name)) {
      for (const [variable, { value, exported }] of before) {
        shell.set(variable, value);
        shell.export(variable, exported);
      }
    }
  }
}

function* replace(shell: Shell, { redirs }: Of<'simple'>, argv: readonly string[]): Run {
  const failed = yield* redirect(shell, redirs);
  if (failed !== 0) throw new Exit(2);
  if (argv.length > 0) throw new Exit(yield* shell.external(argv), true);
  return 0;
}

function* call(shell: Shell, name: string, argv: readonly string[], tested: boolean): Run {
  const body = shell.functions.get(name);
  if (!body) return yield* (builtins[name]?.(shell, argv) ?? shell.external(argv));
  const { params } = shell;
  shell.params = argv.slice(1);
  try {
    return yield* execute(shell, body, tested);
  } catch (error) {
    if (error instanceof Return) return error.code;
    throw error;
  } finally {
    shell.params = params;
  }
}

function* ended(code: number): Run {
  return code;
}
