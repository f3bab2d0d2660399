import { constants } from 'node:os';
import { stat } from 'node:fs/promises';
import { fail, type StagecraftError } from '../errors/index.js';
import { createRedactor } from '../io/redact.js';
import type { ExecResult } from '../plugin-api/host.js';
import type { Exec } from '../ports/exec.js';
import { lineReader } from './lines.js';

export interface ExecSetup {
  /** Folder that processes run in when no `cwd` is given. */
  readonly folder: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Between SIGTERM and SIGKILL, milliseconds; default 5 000. */
  readonly graceMs?: number;
  /** True: processes go on when this one exits. Else they are killed, so that no build runs on unseen. */
  readonly outlive?: boolean;
}

/**
 * Runs processes by execa. Each is the head of a process group of its own, so that a time-out or an abort ends everything that it started, and a
 * Ctrl-C at the terminal reaches Stagecraft alone.
 */
export function createExec(setup: ExecSetup): Exec {
  const running = new Set<number>();
  const endAll = (): void => running.forEach((pid) => signalGroup(pid, 'SIGKILL'));
  const graceMs = setup.graceMs ?? 5_000;

  return {
    async run(argv, options = {}): Promise<ExecResult> {
      const [program, ...args] = argv;
      if (program === undefined || program === '') throw fail({ code: 'SC3600', kind: 'bug', message: 'A process was to be run without a program.' });
      const mask = masker(options.secrets ?? []);
      if (options.signal?.aborted) throw interrupted(program, []);
      const { execa } = await import('./execa.js');

      const child = execa(program, args, {
        cwd: options.cwd ?? setup.folder,
        env: { ...(options.env ?? setup.processEnv), ...options.variables },
        extendEnv: false,
        preferLocal: false,
        reject: false,
        buffer: false,
        // A new session and group: the group's id is the pid.
        detached: true,
        cleanup: false,
        stdin: options.stdin === undefined ? 'ignore' : 'pipe',
        stripFinalNewline: false,
      });
      const keep = options.keep ?? 10 * 1024 * 1024;
      const { onLine } = options;
      const out = lineReader(keep, onLine && ((line) => onLine(mask(line), 'stdout')));
      const err = lineReader(keep, onLine && ((line) => onLine(mask(line), 'stderr')));
      child.stdout.on('data', out.push);
      child.stderr.on('data', err.push);
      if (options.stdin !== undefined) {
        // A program that does not read its input closes the pipe: its exit code tells, not EPIPE.
        child.stdin?.on('error', () => {});
        child.stdin?.end(options.stdin);
      }
      if (child.pid !== undefined && !setup.outlive) {
        if (running.size === 0) process.once('exit', endAll);
        running.add(child.pid);
      }

      let ended: 'timeout' | 'abort' | undefined;
      let giveUp: () => void = () => {};
      const givenUp = new Promise<undefined>((resolve) => { giveUp = () => resolve(undefined); });
      const timers: NodeJS.Timeout[] = [];
      const end = (why: 'timeout' | 'abort'): void => {
        if (ended !== undefined || child.pid === undefined) return;
        ended = why;
        const pid = child.pid;
        signalGroup(pid, 'SIGTERM');
        timers.push(setTimeout(() => {
          signalGroup(pid, 'SIGKILL');
          // Something that left the group may hold the pipes for ever.
          timers.push(setTimeout(giveUp, 1_000));
        }, graceMs));
      };
      const onAbort = (): void => end('abort');
      options.signal?.addEventListener('abort', onAbort, { once: true });
      if (options.timeoutMs !== undefined) timers.push(setTimeout(() => end('timeout'), options.timeoutMs));

      try {
        const result = await Promise.race([child, givenUp]);
        if (ended !== undefined && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        const [stdout, stderr] = [out.end(), err.end()];
        const tail = tailOf(mask(stderr === '' ? stdout : stderr));
        if (ended === 'timeout') throw timedOut(program, options.timeoutMs ?? 0, tail);
        if (ended === 'abort') throw interrupted(program, tail);
        if (result === undefined) throw fail({ code: 'SC3600', kind: 'bug', message: `${program} was given up without a reason.` });
        if (child.pid === undefined) throw await didNotStart(program, options.cwd ?? setup.folder, result);
        return { exitCode: result.exitCode ?? 128 + (constants.signals[result.signal as NodeJS.Signals] ?? 0), stdout, stderr };
      } finally {
        timers.forEach(clearTimeout);
        options.signal?.removeEventListener('abort', onAbort);
        child.stdout.destroy();
        child.stderr.destroy();
        if (child.pid !== undefined && running.delete(child.pid) && running.size === 0) process.removeListener('exit', endAll);
      }
    },
  };
}

/** What to say when a program ended with another exit code than 0. The tail is masked. */
export function exitError(argv: readonly string[], result: ExecResult, about: { readonly what: string; readonly next?: readonly string[]; readonly secrets?: readonly string[] }): StagecraftError {
  const mask = masker(about.secrets ?? []);
  return fail({
    code: 'SC3604',
    kind: 'external',
    message: `${about.what}: ${argv[0] ?? 'the program'} ended with exit code ${result.exitCode}.`,
    next: about.next ?? [],
    tail: tailOf(mask(result.stderr.trim() === '' ? result.stdout : result.stderr)),
  });
}

function masker(secrets: readonly string[]): (text: string) => string {
  const redactor = createRedactor();
  redactor.add(secrets);
  return (text) => redactor.redact(text);
}

/** The last lines of an output, without the empty ones at its end. */
export function tailOf(text: string, lines = 20): string[] {
  return text.trimEnd().split(/\r?\n/).slice(-lines).filter((line, index, all) => line !== '' || all.length > 1);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

function timedOut(program: string, timeoutMs: number, tail: readonly string[]): StagecraftError {
  return fail({
    code: 'SC3602',
    kind: 'external',
    message: `${program} took longer than ${timeoutMs >= 1000 ? `${Math.round(timeoutMs / 100) / 10} s` : `${timeoutMs} ms`}. It was ended with everything that it had started.`,
    next: ['Look at its last lines above; run the command again when the cause is gone.'],
    tail,
  });
}

function interrupted(program: string, tail: readonly string[]): StagecraftError {
  return fail({ code: 'SC3603', kind: 'interrupted', message: `${program} was ended because the command was interrupted.`, tail });
}

const howToGet: Readonly<Record<string, string>> = {
  docker: 'Install Docker Engine 24 or later with the Compose plugin: https://docs.docker.com/engine/install/',
  git: 'Install git: https://git-scm.com/downloads',
  ssh: 'Install an OpenSSH client (package openssh-client or openssh).',
  sh: 'A POSIX shell is needed: install dash or bash.',
  setsid: 'Install util-linux: it brings setsid and flock.',
  flock: 'Install util-linux: it brings setsid and flock.',
  node: 'Install Node.js 20.19 or later: https://nodejs.org/en/download',
  npm: 'Install Node.js 20.19 or later, which brings npm: https://nodejs.org/en/download',
  npx: 'Install Node.js 20.19 or later, which brings npx: https://nodejs.org/en/download',
  pnpm: 'Install pnpm: https://pnpm.io/installation',
};

async function didNotStart(program: string, cwd: string, result: { readonly code?: string | undefined; readonly cause?: unknown }): Promise<StagecraftError> {
  const there = await stat(cwd).then((found) => found.isDirectory(), () => false);
  if (!there) return fail({ code: 'SC3605', kind: 'user', message: `${program} cannot be run in the folder ${cwd}: there is no such folder.`, next: ['Check the path in your config.'] });
  if (result.code === 'ENOENT') {
    const name = program.split('/').at(-1) ?? program;
    return fail({
      code: 'SC3601',
      kind: 'external',
      message: program.includes('/') ? `The program ${program} is not there.` : `The program ${program} is not installed, or not on PATH.`,
      next: [howToGet[name] ?? `Install ${name} or put it on PATH, then run the command again.`],
      cause: result.cause,
    });
  }
  const reason = result.code === 'EACCES' ? 'it may not be executed (permission denied)' : result.code === 'E2BIG' ? 'its arguments are too long' : `the system said ${result.code ?? 'nothing'}`;
  return fail({ code: 'SC3606', kind: 'external', message: `The program ${program} could not be started: ${reason}.`, next: [`Check ${program} and run the command again.`], cause: result.cause });
}
