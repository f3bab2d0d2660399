import { join } from 'node:path';
import { must, type Point } from '../point.js';
import { checkout, type Stage } from '../stage.js';

/** A fresh clone of what is committed, without anything that this checkout installed or built. */
async function clone(stage: Stage): Promise<string> {
  const folder = join(stage.folder, 'clone');
  const ran = await stage.run(['git', 'clone', '--quiet', checkout, folder]);
  must(ran.exitCode === 0, `git clone: ${ran.stderr}`);
  return folder;
}

const asPerson = { HOME: process.env['HOME'], CI: process.env['CI'], STAGECRAFT_HOST_DIR: undefined };

export const freshClone: readonly Point[] = [
  {
    title: 'npm run demo in a fresh clone, twice',
    async prove(stage) {
      const cwd = await clone(stage);
      const last: string[] = [];
      for (const time of ['first', 'second']) {
        const ran = await stage.run(['npm', 'run', 'demo'], { cwd, env: asPerson });
        const line = ran.stdout.trim().split('\n').at(-1) ?? '';
        must(ran.exitCode === 0 && /^demo: ok, lost 0 of \d+ requests in 2 rollouts$/.test(line), `${time} run: exit code ${ran.exitCode}, last line ${JSON.stringify(line)}: ${ran.all.slice(-3000)}`);
        last.push(line);
      }
      const left = (await stage.run(['git', 'status', '--porcelain'], { cwd })).stdout;
      must(left === '', `the demo left files behind: ${left}`);
      return last.join('; ');
    },
  },
  {
    title: 'npm test in a fresh clone',
    async prove(stage) {
      const cwd = await clone(stage);
      const ran = await stage.run(['npm', 'test'], { cwd, env: asPerson });
      const line = ran.stdout.trim().split('\n').at(-1) ?? '';
      must(ran.exitCode === 0 && /^\d+ passed, 0 failed, \d+ skipped$/.test(line), `exit code ${ran.exitCode}, last line ${JSON.stringify(line)}: ${ran.all.slice(-3000)}`);
      return line;
    },
  },
];
