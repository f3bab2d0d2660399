import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { chainOf } from '../crash/laws.js';
import { started } from '../people/crew.js';
import { answerOf, ran } from '../sub-stage.js';
import { deploy, lines, only, project, told } from './application.js';

/** What the journal tells last before the operator is killed: each is further on than the one before it. */
const moments = ['prune/images', '"pruned":"', 'prune/folders'];

const mine = 'stagecraft-prove-kept:mine';

export const pruneKilled: Point = {
  title: 'day two: prune, killed in the middle and run again, leaves what every kept release needs, all volumes and what is not ours',
  async prove(stage, size) {
    const port = await stage.freePort();
    const rounds = size === 'full' ? 10 : 5;
    try {
      for (let round = 1; round <= rounds; round += 1) {
        await deploy(stage, { version: `v${round}`, port });
        // Somebody keeps an image of ours by a name of their own.
        if (round === 1) await stage.docker(['tag', await stage.docker(['inspect', '-f', '{{.Image}}', await only(stage, 'built')]), mine]);
      }
      const container = await only(stage, 'store');
      await stage.docker(['exec', container, 'sh', '-c', 'echo kept >/data/row']);
      const third = await thirdParties(stage);
      const killed: string[] = [];
      for (const moment of moments) if (await prunedUntil(stage, moment)) killed.push(moment);
      await ran(stage, 0, 'prune', '--keep', '3', '--yes', '--lock-wait', '60s');
      const again = await told<{ outcome: string }>(stage, 'prune', '--keep', '3', '--yes');
      must(again.outcome === 'nothing to do', `a prune after the prune finds something: ${JSON.stringify(again)}`);
      const kept = [rounds, rounds - 1, rounds - 2].map((round) => `v${round}`);
      const list = await told<{ releases: { version: string }[] }>(stage, 'releases', 'list');
      must(list.releases.map((release) => release.version).join() === kept.join(), `kept: ${list.releases.map((release) => release.version).join()}`);
      const ours = new Set(lines(await stage.docker(['images', '-q', '--no-trunc', '--filter', `label=stagecraft.project=${project}`]))).size;
      must(ours === 4, `${ours} images of the project are left, and three releases and one that has a name of its own`);
      await stage.docker(['image', 'inspect', '-f', '{{.Id}}', mine]);
      must((await thirdParties(stage)) === third, `images that are not ours: ${third}, then ${await thirdParties(stage)}`);
      const diff = await ran(stage, 0, 'releases', 'diff', kept[1] ?? '', kept[0] ?? '');
      must(diff.stdout.includes('services.built.image'), `releases diff: ${diff.all}`);
      for (const version of [kept[2], kept[0], kept[1]] as string[]) await wentTo(stage, port, version);
      await ran(stage, 1, 'rollback', '--to-version', `v${rounds - 3}`, '--yes');
      must((await only(stage, 'store')) === container && (await stage.docker(['exec', container, 'cat', '/data/row'])) === 'kept', 'the store was touched');
      const history = await told<{ entries: { kind: string; pruned?: true }[] }>(stage, 'history');
      const pruned = history.entries.filter((entry) => entry.pruned).length;
      must(pruned === rounds - 3, `history tells of ${pruned} pruned releases`);
      chainOf(journalOf(stage));
      return `killed at ${killed.map((moment) => moment.replace(/[":]/g, '')).join(', ') || 'no moment: too fast'}; then 3 of ${rounds} releases and their images, volume, row and all other images kept; rolled back to the oldest kept one and to the others; history tells of ${pruned} pruned ones`;
    } finally {
      await stage.run(['docker', 'rmi', '-f', mine]);
    }
  },
};

/** Kills a prune as soon as the journal tells of the moment. @returns whether it still ran. */
async function prunedUntil(stage: Stage, moment: string): Promise<boolean> {
  const before = journalOf(stage).length;
  const running = started(process.execPath, [stage.program, 'prune', '--keep', '3', '--yes', '--lock-wait', '60s'], stage.folder, stage.env);
  while (running.child.exitCode === null && !journalOf(stage).slice(before).includes(moment)) await delay(2);
  const killed = running.child.exitCode === null && running.child.kill('SIGKILL');
  const { exitCode, all } = await running.ended;
  must(killed || exitCode === 0, `prune: exit code ${exitCode}: ${all}`);
  chainOf(journalOf(stage));
  return killed;
}

function journalOf(stage: Stage): string {
  return readFileSync(join(stage.folder, 'host', project, 'prod', 'journal.ndjson'), 'utf8');
}

/** All of a kept release is there: its image, its mounted file, what serves. */
async function wentTo(stage: Stage, port: number, version: string): Promise<void> {
  await ran(stage, 0, 'rollback', '--to-version', version, '--yes');
  const { text } = await answerOf(`http://127.0.0.1:${port}/`);
  const built = await only(stage, 'built');
  const label = await stage.docker(['inspect', '-f', '{{index .Config.Labels "version"}}', built]);
  const conf = await stage.docker(['exec', built, 'cat', '/conf.txt']);
  must(text === version && label === version && conf === version, `after a rollback to ${version}: served ${text}, image ${label}, file ${conf}`);
}

async function thirdParties(stage: Stage): Promise<string> {
  const all = lines(await stage.docker(['images', '-aq', '--no-trunc']));
  const ours = new Set(lines(await stage.docker(['images', '-aq', '--no-trunc', '--filter', `label=stagecraft.project=${project}`])));
  return [...new Set(all)].filter((id) => !ours.has(id)).sort().join(' ');
}
