import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fail } from '../errors/index.js';
import type { Foreground } from '../ports/foreground.js';

const handedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The terminal of this process, given away for the time of another one. @param tty standard input and output are a terminal. */
export function createForeground(tty: boolean): Foreground {
  return {
    tty,
    run: (argv, options) =>
      new Promise((resolve, reject) => {
        const [program = '', ...args] = argv;
        const beside = ([other, ...rest]: readonly string[]): void => {
          if (other !== undefined) spawn(other, rest, { stdio: 'ignore', env: options.env, detached: true }).on('error', () => undefined).unref();
        };
        const forward = (signal: NodeJS.Signals): void => (options.signalled ? beside(options.signalled(signal)) : void child.kill(signal));
        const leave = (): void => {
          child.kill('SIGTERM');
          beside(options.orphaned ?? []);
        };
        const end = (): void => {
          for (const signal of handedOn) process.removeListener(signal, forward);
          process.removeListener('exit', leave);
        };
        // Before the program begins: it may be running, and a signal come, before this process has its turn again.
        for (const signal of handedOn) process.on(signal, forward);
        process.once('exit', leave);
        // Without a terminal to share it gets a group of its own: a signal then comes once, from us, and not from the shell as well.
        const child = spawn(program, args, { stdio: 'inherit', env: options.env, detached: !tty });
        child.once('error', (cause) => {
          end();
          reject(fail({ code: 'SC3601', kind: 'external', message: `The program ${program} could not be started: ${cause.message}.`, next: [`Install ${program} or put it on PATH, then run the command again.`], cause }));
        });
        child.once('close', (code, signal) => {
          end();
          resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
        });
      }),
  };
}
