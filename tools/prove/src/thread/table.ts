import { must, type Point } from '../point.js';
import { checkout } from '../stage.js';

export const table: readonly Point[] = [
  {
    title: 'pnpm bench prints the table',
    async prove(stage) {
      const ran = await stage.run(['pnpm', 'bench', '--quick'], { cwd: checkout, env: { HOME: process.env['HOME'] } });
      must(ran.exitCode === 0, `exit code ${ran.exitCode}: ${ran.all.slice(-2000)}`);
      const rows = ran.stdout.split('\n').filter((line) => /^(start-up|planning|history|unchanged|changed|rollouts) /.test(line));
      const end = /^bench: \d+ of \d+ aims met/m.exec(ran.stdout);
      must(rows.length >= 12 && end, `no table in: ${ran.stdout.slice(-2000)}`);
      return `${rows.length} rows; ${end[0].slice('bench: '.length)}`;
    },
  },
];
