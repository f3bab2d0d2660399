import type { Event, Io, Question, Redactor } from '@stagecraft/core';
import { commandBegins, commandEnded, createRedactor, interruptHeard, logged, questionAsked } from '@stagecraft/core/host';
import { createRenderer } from '../render/renderer.js';
import { createPictures } from '../render/pictures.js';
import { paintFor, type Paint } from '../render/paint.js';
import { failureText } from '../render/failure.js';
import { ask } from './ask.js';
import type { Failure } from './failure.js';
import { listenForSignals, type Interrupts } from './signals.js';
import { guardOutput, type GuardedOutput } from './output.js';
import type { World } from './world.js';

/** How the output looks: for people, one document, or a line an event. */
export type Mode = 'text' | 'json' | 'events';

export interface SessionOptions {
  readonly command: string;
  readonly version: string;
  readonly mode: Mode;
  readonly verbose: boolean;
  readonly colour: boolean;
  readonly yes: boolean;
  readonly mutates: boolean;
  /** Another program has the terminal: signals are for it, and its end is waited for. */
  readonly foreground?: boolean;
  readonly environment: string | undefined;
}

/** What a command came to. */
export interface Outcome {
  /** What --json prints. */
  readonly data: unknown;
  /** What people read; absent: nothing more than what was shown on the way. */
  readonly text?: (look: Look) => string;
  /** It was printed piece by piece: no document at the end. */
  readonly printed?: boolean;
  /** Exactly these bytes for --json, where core has its own form of the data. */
  readonly json?: string;
  readonly exitCode?: number;
}

export interface Look {
  readonly paint: Paint;
  /** Columns that a line may take. */
  readonly width: number;
}

/** One run of a command: its output, its questions, its signals. Everything that leaves it is masked. */
export interface Session {
  readonly io: Io;
  readonly interrupts: Interrupts;
  readonly redactor: Redactor;
  readonly look: Look;
  readonly mode: Mode;
  debug(message: string, details?: Record<string, unknown>): void;
  /** A line of a result that comes piece by piece (logs). */
  print(text: string): void;
  /** A picture in the place of the one before, where stdout is a terminal; else printed where it is another one. */
  picture(text: string): void;
  begin(folder: string): void;
  finish(outcome: Outcome): Promise<void>;
  fail(failure: Failure): Promise<void>;
}

export function openSession(world: World, options: SessionOptions): Session {
  const redactor = createRedactor();
  const stdout = guardOutput(world.stdout, redactor);
  const stderr = guardOutput(world.stderr, redactor);
  const renderer = createRenderer({ ...options, stdout, stderr, env: world.env, clock: world.clock });
  const event = (told: Event): void => renderer.event(redactor.redactData(told));
  const interrupts = listenForSignals(world, {
    mutates: options.mutates || options.foreground === true,
    onFirst: (signal) => {
      if (options.mutates || options.mode === 'events') event(interruptHeard({ signal, mutates: options.mutates }));
    },
    onLeave: () => void renderer.close(),
  });
  if (!options.mutates) stdout.onClosed(() => world.leave(0));
  const look: Look = { paint: paintFor(stdout, options.colour, world.env), width: widthOf(stdout) };
  const end = async (): Promise<void> => {
    await renderer.close();
    interrupts.stop();
    stdout.release();
    stderr.release();
  };
  return {
    interrupts,
    redactor,
    look,
    mode: options.mode,
    io: { event, ask: (question) => askAndTell(question), hide: (values) => redactor.add(values), mask: (text) => redactor.redact(text) },
    debug: (message, details) => event(logged({ level: 'debug', message, ...(details === undefined ? {} : { details }) })),
    print: (text) => renderer.print(`${text}\n`),
    picture: createPictures(stdout),
    begin: (folder) => event(commandBegins({ command: options.command, version: options.version, folder, environment: options.environment ?? '' })),
    async finish(outcome) {
      const exitCode = outcome.exitCode ?? 0;
      world.exitCode = exitCode;
      if (options.mode === 'events') event(commandEnded({ command: options.command, exitCode, result: outcome.data }));
      await renderer.close();
      if (options.mode === 'json' && outcome.printed !== true) stdout.write(documentOf(outcome, redactor));
      if (options.mode === 'text' && outcome.text !== undefined) stdout.write(withNewline(outcome.text(look)));
      await end();
    },
    async fail(failure) {
      world.exitCode = failure.exitCode;
      if (options.mode === 'events') event(commandEnded({ command: options.command, exitCode: failure.exitCode, error: failure.data }));
      await renderer.close();
      if (options.mode === 'json') stdout.write(`${JSON.stringify(redactor.redactData({ error: failure.data }), null, 2)}\n`);
      if (options.mode !== 'events') stderr.write(failureText(failure, { paint: paintFor(stderr, options.colour, world.env), verbose: options.verbose, env: world.env }));
      else if (failure.stack !== undefined) stderr.write(`${failure.stack}\n`);
      await end();
    },
  };

  async function askAndTell(question: Question): Promise<string> {
    const interactive = options.mode === 'text' && world.stdin.isTTY === true && world.stderr.isTTY === true && !isTrue(world.env['CI']);
    renderer.pause();
    try {
      const answer = await ask(question, world, { yes: options.yes, interactive, signal: interrupts.signal, interrupt: interrupts.press });
      if (answer.by !== 'person') event(questionAsked({ code: question.code, text: question.text, choices: question.choices, ...answer }));
      return answer.answer;
    } finally {
      renderer.resume();
    }
  }
}

function documentOf({ data, json }: Outcome, redactor: Redactor): string {
  if (json !== undefined && redactor.redact(json) === json) return withNewline(json);
  return withNewline(JSON.stringify(redactor.redactData(json === undefined ? data : JSON.parse(json)) ?? null, null, 2));
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function widthOf(output: GuardedOutput): number {
  return output.isTTY ? Math.max(40, output.columns) : 120;
}

export function isTrue(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false', 'no', 'off'].includes(text.toLowerCase());
}
