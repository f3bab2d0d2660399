import { createInterface } from 'node:readline/promises';
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
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      world.stderr.write(chunk.toString());
      done();
    },
  });
  const lines = createInterface({ input: world.stdin, output, terminal: true });
  // In terminal mode readline swallows Ctrl-C: hand it on, so that it means what it means everywhere.
  lines.on('SIGINT', options.interrupt);
  try {
    for (;;) {
      const typed = (await lines.question(promptOf(question), { signal: options.signal })).trim();
      const answer = choose(question, typed);
      if (answer !== undefined) return { answer, by: 'person' };
      world.stderr.write(`Please type one of: ${question.choices.join(', ')}\n`);
    }
  } finally {
    lines.close();
  }
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
