import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Point } from '../point.js';

const program = fileURLToPath(new URL('../../../../packages/core/test/simulation/main.ts', import.meta.url));

/** The protocol's own code on simulated hosts: what it prints is the summary of what was looked at. */
export const simulation: readonly Point[] = [
  {
    title: 'simulation: two operators, every interleaving with crash, freeze, cut, Ctrl-C, failed gate and takeover',
    async prove(_stage, size) {
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--conditions=stagecraft-source', '--disable-warning=MaxListenersExceededWarning', program, `--${size}`], { maxBuffer: 64 * 1024 * 1024 });
      return stdout.trim().split('\n').join('; ');
    },
  },
];
