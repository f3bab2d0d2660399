import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/io/log.js';

function logTo(level: 'info' | 'debug', lines: string[], colour = false) {
  return createLog({ level, colour, now: () => Date.UTC(2030, 0, 2, 3, 4, 5, 6), write: (text) => lines.push(text) });
}

describe('CORE_LOGGING: the log', () => {
  it('writes level, message and sorted details, a line an entry, in order', async () => {
    const lines: string[] = [];
    const log = logTo('debug', lines);
    log.write({ level: 'debug', message: 'ran', details: { b: 'two words', a: 1 } });
    log.write({ level: 'warn', message: 'slow' });
    await log.close();
    expect(lines).toEqual(['03:04:05.006 debug ran a=1 b="two words"\n', '03:04:05.006 warn slow\n']);
  });

  it('drops what is above its level', async () => {
    const lines: string[] = [];
    const log = logTo('info', lines);
    log.write({ level: 'debug', message: 'no' });
    log.write({ level: 'error', message: 'yes' });
    await log.close();
    expect(lines).toEqual(['03:04:05.006 error yes\n']);
  });

  it('closes twice, and takes nothing after that', async () => {
    const lines: string[] = [];
    const log = logTo('info', lines);
    log.write({ level: 'info', message: 'one' });
    await log.close();
    log.write({ level: 'info', message: 'two' });
    await log.close();
    expect(lines).toEqual(['03:04:05.006 info one\n']);
  });

  it('colours only when asked', async () => {
    const lines: string[] = [];
    const log = logTo('info', lines, true);
    log.write({ level: 'error', message: 'red' });
    await log.close();
    expect(lines.join('')).toContain('\u001B[31merror\u001B[0m');
  });
});
