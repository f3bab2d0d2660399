import { phaseStatus, operationBegins, operationEnded, decisionMade, stepStatus, stepWaiting, stepOutput, commandBegins } from '@stagecraft/core/host';
import type { GuardedOutput } from '../base/output.js';
import { describe } from './describe.js';
import { findingText } from './findings.js';
import { createLiveArea } from './live-area.js';
import type { Paint, Signs } from './paint.js';
import type { LineRenderer } from './plain.js';
import { advance, noProgress } from './progress.js';
import { harmless } from './text.js';
import { treeLines } from './tree.js';

export interface TtyOptions {
  readonly stdout: GuardedOutput;
  readonly stderr: GuardedOutput;
  readonly paint: Paint;
  readonly signs: Signs;
  readonly verbose: boolean;
  readonly now: () => number;
}

/** Milliseconds between two pictures. */
const frame = 100;

/** Told by the tree, not by lines. */
const inTree = new Set([phaseStatus, operationBegins, operationEnded, decisionMade, stepStatus, stepWaiting, stepOutput].map((message) => message.code));

/** One live tree on stderr; sentences and findings stand above it and stay. */
export function createTty(options: TtyOptions): LineRenderer {
  const { stderr, stdout } = options;
  const area = createLiveArea((text) => stderr.write(text));
  let progress = noProgress;
  let timer: NodeJS.Timeout | undefined;
  let paused = false;
  let closed = false;
  const draw = (): void => {
    if (paused || closed || progress.phases.length === 0) return;
    area.draw(treeLines(progress, { now: options.now(), width: stderr.columns, height: stderr.rows, paint: options.paint, signs: options.signs }));
  };
  const above = (text: string, to: GuardedOutput = stderr): void => {
    area.clear();
    to.write(text);
    draw();
  };
  const watch = (): void => {
    timer ??= setInterval(draw, frame).unref();
  };
  return {
    event(event) {
      if (inTree.has(event.code)) {
        progress = advance(progress, event, options.now());
        watch();
        return draw();
      }
      if (event.code === commandBegins.code && !options.verbose) return;
      if (event.type === 'finding') above(findingText(event.data as never, options.paint));
      else if (event.type === 'notice' || event.type === 'operation') above(`${harmless(describe(event))}\n`);
      else if (event.type === 'output') above(`${options.signs.bar} ${harmless(describe(event))}\n`);
    },
    line: (text) => above(text),
    print: (text) => above(text, stdout),
    pause() {
      area.clear();
      paused = true;
    },
    resume() {
      paused = false;
      draw();
    },
    close() {
      if (!closed) {
        draw();
        closed = true;
        clearInterval(timer);
        area.keep();
      }
      return Promise.resolve();
    },
  };
}
