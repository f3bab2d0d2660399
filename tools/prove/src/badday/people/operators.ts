import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import type { Ran, Stage } from '../../stage.js';
import { held, open, operator, until, type Operator } from './crew.js';

const project = 'people-prod';

export const eightOperators: Point = {
  title: 'people: 8 operators deploy at once, round after round: one winner each, every loser told who, since when and what to do',
  async prove(stage, size) {
    const rounds = size === 'full' ? 50 : 6;
    stage.owns(project);
    const crew = await Promise.all(Array.from({ length: 8 }, (_, index) => operator(stage, `operator-${index + 1}`)));
    const wins = new Map<string, number>();
    let slowest = 0;
    for (let round = 1; round <= rounds; round += 1) {
      const begun = Date.now();
      const winner = await oneRound(stage, crew, round);
      slowest = Math.max(slowest, Date.now() - begun);
      wins.set(winner, (wins.get(winner) ?? 0) + 1);
    }
    const list = JSON.parse((await crewed(crew).stagecraft(['releases', 'list', '--json'])).stdout) as { releases: readonly { outcome: string; serial: number }[] };
    must(list.releases.length === rounds && list.releases.every(({ outcome }) => outcome === 'completed'), `the history has ${list.releases.length} releases for ${rounds} rounds: ${list.releases.map(({ outcome }) => outcome).join(', ')}`);
    must(new Set(list.releases.map(({ serial }) => serial)).size === rounds, 'two releases have one serial number');
    return `${rounds} rounds, ${rounds} winners (${wins.size} different ones), ${rounds * 7} losers, all with exit 6, 0 locks stranded, slowest round ${(slowest / 1000).toFixed(1)} s`;
  },
};

/** @returns who won. */
async function oneRound(stage: Stage, crew: readonly Operator[], round: number): Promise<string> {
  await Promise.all(crew.map(async (one) => one.write(held('people', `${one.name} in round ${round}`))));
  const lost: { readonly name: string; readonly ran: Ran }[] = [];
  let ended = 0;
  const runs = crew.map(async (one) => {
    const ran = await one.begin(['deploy', '--yes']).ended;
    ended += 1;
    if (ran.exitCode !== 0) lost.push({ name: one.name, ran });
    return { name: one.name, ran };
  });
  // The winner's container is not healthy until all others have been told.
  await until(`the end of seven of eight deploys in round ${round}`, () => ended >= 7);
  const winning = Promise.all(runs);
  let over = false;
  void winning.finally(() => (over = true));
  await until(`the end of round ${round}`, async () => {
    await open(stage, project);
    return over;
  });
  const all = await winning;
  const winners = all.filter(({ ran }) => ran.exitCode === 0);
  must(winners.length === 1, `round ${round}: ${winners.length} winners; the others: ${lost.map(({ ran }) => `exit ${ran.exitCode}: ${ran.stderr.slice(0, 300)}`).join('\n')}`);
  const [winner] = winners;
  for (const { name, ran } of lost) {
    must(ran.exitCode === 6, `round ${round}: ${name} lost with exit ${ran.exitCode}: ${ran.all}`);
    const told = { who: /\S+ on \S+.* holds the lock/, 'since when': /since 20\d\d-\d\d-\d\dT/, 'doing what': /deploy --yes, phase /, 'what to do': /stagecraft lock status[\s\S]*--lock-wait[\s\S]*stagecraft lock take --id/ };
    for (const [what, pattern] of Object.entries(told)) must(pattern.test(ran.stderr), `round ${round}: ${name} was not told ${what}: ${ran.stderr}`);
  }
  const folder = join(stage.env['STAGECRAFT_HOST_DIR'] ?? '', 'people', 'prod');
  for (const left of ['lock', 'open.json', 'decision']) must(!existsSync(join(folder, left)), `round ${round}: ${left} is still there`);
  const [id = '', ...more] = await stage.running(project, 'app');
  must(more.length === 0, `round ${round}: ${more.length + 1} containers run`);
  const by = await stage.docker(['inspect', '-f', '{{range .Config.Env}}{{println .}}{{end}}', id]);
  must(by.includes(`BY=${winner?.name} in round ${round}\n`), `round ${round}: ${winner?.name} won, and what runs is ${by}`);
  return winner?.name ?? '';
}

function crewed([first]: readonly Operator[]): Operator {
  if (!first) throw new Error('there is nobody');
  return first;
}
