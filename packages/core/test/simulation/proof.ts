import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { partsOf, type Part, type Size } from './parts.js';

/**
 * Runs all parts, two at a time, each in a process of its own.
 * @param minutes after which nothing more is begun: those that are cut short are told.
 * @throws Error with every violation that there should not be, and when a mutilated run finds none.
 */
export async function proof(size: Size, tell: (text: string) => void, minutes = Infinity): Promise<readonly string[]> {
  const end = Date.now() + minutes * 60_000;
  const waiting = [...partsOf(size)];
  const found = new Map<string, Part>();
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const left = end - Date.now();
      // One deviation is looked at as a whole; what grows beyond all measure shares the rest.
      const done = await inProcess(part, / 1 \d+$/.test(part) && part.startsWith('explore') ? left : (2 * left) / (waiting.length + 2));
      found.set(part, done);
      tell(`${part}: ${done.executions} executions${done.whole || part.startsWith('without') ? '' : ', not all'}`);
    }
  };
  await Promise.all([worker(), worker()]);
  const whole = [...found].filter(([name]) => !name.startsWith('without'));
  const violations = whole.flatMap(([name, part]) => part.violations.map((violation) => `${name}: ${violation.text} by ${JSON.stringify(violation.schedule)}`));
  if (violations.length > 0) throw new Error(`${violations.length} violations: ${violations.slice(0, 5).join('; ')}`);
  const sum = (what: (part: Part) => number): number => whole.reduce((total, [, part]) => total + what(part), 0);
  const lines = [`${sum((part) => part.states)} states, ${sum((part) => part.executions)} executions, violations 0`];
  const cut = whole.filter(([, part]) => !part.whole);
  if (cut.length > 0) lines.push(`${minutes} minutes were too short for all of ${cut.map(([name]) => name).join(', ')}`);
  for (const [name, part] of found) {
    if (!name.startsWith('without')) continue;
    const [first] = part.violations;
    if (!first) throw new Error(`${name} the simulation finds nothing: it cannot see what it is for`);
    lines.push(`${name}: ${first.text.split(':')[0]} after ${part.executions} executions (${first.schedule.map(({ at, what }) => `${what} at ${at}`).join(', ')})`);
  }
  return lines;
}

function inProcess(part: string, forMs: number): Promise<Part> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), ['--part', part, String(forMs)]);
    child.once('message', (message) => resolve(message as Part));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${part} ended with ${code}`)));
  });
}
