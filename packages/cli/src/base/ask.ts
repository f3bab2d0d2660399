import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Question } from '@stagecraft/core';
import type { World } from './world.js';

export interface Answer {
  readonly answer: string;
  readonly by: 'person' | 'yes' | 'fallback';
}

/** Asks at the terminal; where nobody can be asked the question's fallback is the answer. */
export async function ask(question: Question, world: World, options: { readonly yes: boolean; readonly interactive: boolean; readonly signal: AbortSignal; readonly interrupt: () => void }): Promise<Answer> {
  if (options.yes) return { answer: question.choices.includes('yes') ? 'yes' : question.fallback, by: 'yes' };
  if (!options.interactive) return { answer: question.fallback, by: 'fallback' };
  const lines = readLines(world, options.interrupt, question.hidden === true);
  try {
    for (;;) {
      lines.prompt(promptOf(question));
      const typed = (await lines.next(options.signal)).trim();
      const answer = choose(question, typed);
      if (answer !== undefined) return { answer, by: 'person' };
      world.stderr.write(`Please type one of: ${question.choices.join(', ')}\n`);
    }
  } finally {
    lines.close();
  }
}

/** Lines of the terminal, in order, those that came before they were asked for too. */
function readLines(world: World, interrupt: () => void, hidden: boolean): { prompt(text: string): void; next(signal: AbortSignal): Promise<string>; close(): void } {
  let muted = false;
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      if (!muted) world.stderr.write(chunk.toString());
      done();
    },
  });
  const reader = createInterface({ input: world.stdin, output, terminal: true });
  const typed: string[] = [];
  let taken: ((line: string) => void) | undefined;
  reader.on('line', (line) => {
    if (taken === undefined) typed.push(line);
    else taken(line);
    taken = undefined;
  });
  // In terminal mode Ctrl-C is a key: hand it on, so that it means what it means everywhere.
  reader.on('SIGINT', () => {
    world.stderr.write('\n');
    interrupt();
  });
  return {
    prompt(text) {
      muted = false;
      reader.setPrompt(text);
      reader.prompt();
      // From here on it is the echo of what is typed.
      muted = hidden;
    },
    next: (signal) =>
      new Promise((take, refuse) => {
        const early = typed.shift();
        if (early !== undefined) return take(early);
        if (signal.aborted) return refuse(signal.reason as Error);
        taken = take;
        signal.addEventListener('abort', () => refuse(signal.reason as Error), { once: true });
        // Ctrl-D: nothing more will be typed.
        reader.once('close', () => take(''));
      }),
    close: () => {
      reader.close();
      if (hidden) world.stderr.write('\n');
    },
  };
}

function promptOf(question: Question): string {
  const choices = question.choices.length === 0 ? '' : ` [${question.choices.join('/')}]`;
  const fallback = question.fallback === '' ? '' : ` (${question.fallback})`;
  return `${question.text}${choices}${fallback} `;
}

/** The choice that a person means: its name or the only one that begins so; nothing typed is the fallback. */
function choose(question: Question, typed: string): string | undefined {
  if (typed === '') return question.fallback;
  if (question.choices.length === 0) return typed;
  const exact = question.choices.find((choice) => choice.toLowerCase() === typed.toLowerCase());
  const begun = question.choices.filter((choice) => choice.toLowerCase().startsWith(typed.toLowerCase()));
  return exact ?? (begun.length === 1 ? begun[0] : undefined);
}
