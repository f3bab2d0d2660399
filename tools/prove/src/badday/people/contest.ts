import { must } from '../../point.js';
import type { Ran } from '../../stage.js';
import { until, type Operator } from './crew.js';

/** Where several deploy the same project: one host, or many. */
export interface Ground {
  /** The project of an operator, so that what runs tells whose it is. */
  files(by: string): Readonly<Record<string, string>>;
  /** Lets every container be healthy that runs now. */
  open(): Promise<void>;
  /** What should not be there any more once a deploy has ended, as in `lock`. */
  left(): Promise<readonly string[]>;
  /** Whose container it is that runs, one by one. */
  running(): Promise<readonly string[]>;
  /** How many have to run. */
  readonly containers: number;
}

export interface Contest {
  readonly rounds: number;
  readonly wins: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

/** All deploy at once, round after round. @throws Error where there is not one winner, or a loser is not told all that it needs. */
export async function contest(ground: Ground, crew: readonly Operator[], rounds: number): Promise<Contest> {
  const wins = new Map<string, number>();
  let slowestMs = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const begun = Date.now();
    const winner = await oneRound(ground, crew, round);
    slowestMs = Math.max(slowestMs, Date.now() - begun);
    wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  const list = JSON.parse((await crew[0]?.stagecraft(['releases', 'list', '--json']))?.stdout ?? '') as { releases: readonly { outcome: string; serial: number }[] };
  must(list.releases.length === rounds && list.releases.every(({ outcome }) => outcome === 'completed'), `the history has ${list.releases.length} releases for ${rounds} rounds: ${list.releases.map(({ outcome }) => outcome).join(', ')}`);
  must(new Set(list.releases.map(({ serial }) => serial)).size === rounds, 'two releases have one serial number');
  return { rounds, wins, slowestMs };
}

export function contestText({ rounds, wins, slowestMs }: Contest, operators: number): string {
  return `${rounds} rounds, ${rounds} winners (${wins.size} different ones), ${rounds * (operators - 1)} losers, all with exit 6, 0 locks stranded, slowest round ${(slowestMs / 1000).toFixed(1)} s`;
}

const told = { who: /\S+ on \S+.* holds the lock/, 'since when': /since 20\d\d-\d\d-\d\dT/, 'doing what': /deploy --yes, phase /, 'what to do': /stagecraft lock status[\s\S]*--lock-wait[\s\S]*stagecraft lock take --id/ };

/** @returns who won. */
async function oneRound(ground: Ground, crew: readonly Operator[], round: number): Promise<string> {
  await Promise.all(crew.map(async (one) => one.write(ground.files(`${one.name} in round ${round}`))));
  const lost: { readonly name: string; readonly ran: Ran }[] = [];
  let ended = 0;
  const runs = crew.map(async (one) => {
    const ran = await one.begin(['deploy', '--yes']).ended;
    ended += 1;
    if (ran.exitCode !== 0) lost.push({ name: one.name, ran });
    return { name: one.name, ran };
  });
  // The winner's container is not healthy until all others have been told.
  await until(`the end of all deploys but one in round ${round}`, () => ended >= crew.length - 1);
  const winning = Promise.all(runs);
  let over = false;
  void winning.finally(() => (over = true));
  await until(`the end of round ${round}`, async () => {
    await ground.open();
    return over;
  });
  const all = await winning;
  const winners = all.filter(({ ran }) => ran.exitCode === 0);
  must(winners.length === 1, `round ${round}: ${winners.length} winners; the others: ${lost.map(({ ran }) => `exit ${ran.exitCode}: ${ran.stderr.slice(0, 300)}`).join('\n')}`);
  const winner = winners[0]?.name ?? '';
  for (const { name, ran } of lost) {
    must(ran.exitCode === 6, `round ${round}: ${name} lost with exit ${ran.exitCode}: ${ran.all}`);
    for (const [what, pattern] of Object.entries(told)) must(pattern.test(ran.stderr), `round ${round}: ${name} was not told ${what}: ${ran.stderr}`);
  }
  const left = await ground.left();
  must(left.length === 0, `round ${round}: ${left.join(', ')} is still there`);
  const running = await ground.running();
  must(running.length === ground.containers, `round ${round}: ${running.length} containers run`);
  must(running.every((by) => by === `${winner} in round ${round}`), `round ${round}: ${winner} won, and what runs is of ${running.join(', ')}`);
  return winner;
}
