import type { Event, Finding } from '@stagecraft/core';
import { commandBegins, operationEnded, phaseStatus, questionAsked, stepOutput, stepStatus, stepWaiting } from '@stagecraft/core/host';
import type { GuardedOutput } from '../base/output.js';
import { describe } from './describe.js';
import { findingText } from './findings.js';
import type { Paint } from './paint.js';
import { is } from './progress.js';
import type { Renderer } from './renderer.js';
import { duration, harmless, plural } from './text.js';

export interface PlainOptions {
  readonly stdout: GuardedOutput;
  readonly stderr: GuardedOutput;
  readonly paint: Paint;
  readonly verbose: boolean;
  readonly now: () => number;
  /** Lines that GitHub folds: a group a phase. */
  readonly github: boolean;
}

/** A renderer that can also take a line of others, such as the log's. */
export interface LineRenderer extends Renderer {
  line(text: string): void;
}

/** A line an event on stderr: for CI, files, pipes, and terminals that cannot do more. */
export function createPlain(options: PlainOptions): LineRenderer {
  const { stderr, stdout } = options;
  const write = (text: string): void => stderr.write(`${text}\n`);
  const started = new Map<string, number>();
  const waits = new Map<string, string>();
  let group: string | undefined;
  const closeGroup = (): void => {
    if (group !== undefined) write('::endgroup::');
    group = undefined;
  };
  return {
    event(event) {
      if (is(event, phaseStatus)) {
        const { phase, status, steps } = event.data;
        closeGroup();
        if (status === 'running') {
          started.set(phase, options.now());
          if (options.github) {
            group = phase;
            write(`::group::${phase} (${plural(steps, 'step')})`);
          } else write(`${phase}: ${plural(steps, 'step')}`);
          return;
        }
        const begun = started.get(phase);
        write(`${phase}: ${status}${begun === undefined ? '' : ` in ${duration(options.now() - begun)}`}`);
        return;
      }
      if (is(event, stepWaiting)) {
        if (waits.get(event.data.step) === event.data.for) return;
        waits.set(event.data.step, event.data.for);
      }
      const text = lineOf(event, options);
      if (text !== undefined) stderr.write(text);
    },
    line: (text) => stderr.write(text),
    print: (text) => stdout.write(text),
    pause: () => undefined,
    resume: () => undefined,
    close: () => Promise.resolve(closeGroup()),
  };
}

function lineOf(event: Event, { verbose, paint }: PlainOptions): string | undefined {
  if (is(event, stepStatus)) return `${stepLine(event.data)}\n`;
  if (is(event, stepWaiting)) return `  ${event.data.step}: waiting for ${harmless(event.data.for)}\n`;
  if (is(event, stepOutput)) return `  ${event.data.step} | ${harmless(event.data.line)}\n`;
  if (is(event, operationEnded)) return `${event.data.release}: ${event.data.outcome} in ${duration(event.data.durationMs)}\n`;
  if (is(event, commandBegins)) return verbose ? `${describe(event)}\n` : undefined;
  if (is(event, questionAsked)) return `${describe(event)}\n`;
  switch (event.type) {
    case 'finding':
      return findingText(event.data as Finding, paint);
    case 'operation':
    case 'phase':
    case 'step':
    case 'notice':
      return `${harmless(describe(event))}\n`;
    case 'output':
      return `  | ${harmless(describe(event))}\n`;
    default:
      return undefined;
  }
}

function stepLine(data: { id: string; status: string; why: string; durationMs: number; index: number; total: number }): string {
  const count = `[${String(data.index).padStart(String(data.total).length)}/${data.total}]`;
  switch (data.status) {
    case 'running':
      return `${count} ${data.id}: ${harmless(data.why)}`;
    case 'undoing':
      return `${count} ${data.id}: taking it back`;
    default:
      return `${count} ${data.id}: ${data.status}${data.durationMs > 0 ? ` in ${duration(data.durationMs)}` : ''}`;
  }
}
