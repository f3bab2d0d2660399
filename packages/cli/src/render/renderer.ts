import type { Clock, Event } from '@stagecraft/core';
import { createLog } from '@stagecraft/core/host';
import type { GuardedOutput } from '../base/output.js';
import type { Mode } from '../base/session.js';
import { createEventLines } from './event-lines.js';
import { createPlain } from './plain.js';
import { bare, paintFor, signsFor } from './paint.js';
import { createTty } from './tty.js';

/** One reader of the event stream. */
export interface Renderer {
  event(event: Event): void;
  /** A piece of a result, on stdout, between the events. */
  print(text: string): void;
  /** Leaves the terminal to a question. */
  pause(): void;
  resume(): void;
  /** Shows the last state and gives the terminal back. Safe to call twice. */
  close(): Promise<void>;
}

export interface RendererOptions {
  readonly mode: Mode;
  readonly verbose: boolean;
  readonly colour: boolean;
  readonly stdout: GuardedOutput;
  readonly stderr: GuardedOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** A live tree for people at a terminal, lines for everyone else, events for machines. */
export function createRenderer(options: RendererOptions): Renderer {
  if (options.mode === 'events') return createEventLines(options);
  const { stdout, stderr, env } = options;
  const paint = paintFor(stderr, options.colour, env);
  const signs = signsFor(env);
  const live = options.mode === 'text' && stderr.isTTY && env['TERM'] !== 'dumb' && !isCi(env);
  const write = (text: string): void => stderr.write(text);
  const now = (): number => options.clock.now();
  const common = { stdout, stderr, paint, signs, verbose: options.verbose, now };
  const shown = live ? createTty(common) : createPlain({ ...common, github: env['GITHUB_ACTIONS'] === 'true' });
  const log = createLog({ level: options.verbose ? 'debug' : 'warn', colour: paint !== bare, now, write: live ? (text) => shown.line(text) : write });
  return {
    ...shown,
    event(event) {
      if (event.type === 'log') log.write(asRecord(event));
      else shown.event(event);
    },
    async close() {
      // The terminal first, and at once: an interrupt does not wait for the rest.
      const given = shown.close();
      await log.close();
      await given;
    },
  };
}

function asRecord(event: Event): Parameters<ReturnType<typeof createLog>['write']>[0] {
  const data = (typeof event.data === 'object' && event.data !== null ? event.data : {}) as { level?: unknown; message?: unknown; details?: unknown };
  const level = (['error', 'warn', 'info', 'debug'] as const).find((known) => known === data.level) ?? 'debug';
  return { level, message: typeof data.message === 'string' ? data.message : event.code, details: (data.details ?? {}) as Record<string, unknown> };
}

export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return !['', undefined, '0', 'false'].includes(env['CI']?.toLowerCase());
}
