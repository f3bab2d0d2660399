import { acquireHosts, type TestHost } from '@stagecraft-tools/hosts';
import { must, type Point } from '../point.js';
import { play, type Cell, type Row, type Standing } from './faults/cell.js';
import { allCells, fewCells } from './faults/cells.js';
import { sceneOf, shares } from './faults/scene.js';

/** The engine, the machine, the proxy and the disk in trouble, at every moment of a rollout, on a host of its own. */
export const faults: readonly Point[] = [
  {
    title: 'faults of engine, machine, proxy and disk in mid-rollout: the application goes on serving, or comes back, and the release comes to its end',
    async prove(_stage, size) {
      const rows = size === 'ci' ? await onHost(fewCells(), true) : [...(await onHost(allCells(true), true)), ...(await onHost(allCells(false), false))];
      const bad = rows.filter((row) => row.problems.length > 0);
      must(bad.length === 0, `${bad.length} of ${rows.length} cells are not as they must be: ${bad.map((row) => `${row.cell.fault} at ${row.cell.moment}: ${row.problems.join('; ')}`).join(' | ')}`);
      must(rows.length > 0, 'no cell is of that name');
      return `${rows.length} cells, 0 requests lost where a release could serve`;
    },
  },
];

/** To look at some again: a pattern for `fault at moment`. */
const only = new RegExp(process.env['STAGECRAFT_PROVE_CELLS'] ?? '');

async function onHost(all: readonly Cell[], liveRestore: boolean): Promise<readonly Row[]> {
  const cells = all.filter(({ fault, moment }) => only.test(`${fault} at ${moment}`));
  if (cells.length === 0) return [];
  const got = await acquireHosts({ why: 'prove badday faults', hosts: [{ liveRestore, shares, diskMb: 4096 }] });
  if ('reason' in got) throw new Error(got.reason);
  try {
    return await playAll(got.hosts[0] as TestHost, cells, liveRestore);
  } finally {
    await got.release();
  }
}

async function playAll(host: TestHost, cells: readonly Cell[], liveRestore: boolean): Promise<readonly Row[]> {
  await host.images([...new Set(['node:20', 'busybox:1.35', ...cells.map((cell) => (cell.proxy === 'traefik' ? 'traefik:v3.7' : 'haproxy:2.6'))])].sort());
  const scene = sceneOf(host);
  const standing: Standing = { version: 0, serving: 'nothing' };
  const rows: Row[] = [];
  for (const cell of cells) {
    const row = await play(scene, standing, cell);
    rows.push(row);
    console.log(line(row, liveRestore));
    // What is wrong with this cell must not be laid at the next one's door.
    if (row.problems.length > 0) standing.serving = 'nothing';
  }
  return rows;
}

function line({ cell, served, lost, code, resumed, problems }: Row, liveRestore: boolean): string {
  const set = [cell.proxy, `restart: ${cell.policy}`, ...(liveRestore ? [] : ['no live-restore'])].join(', ');
  return `  ${cell.fault} at ${cell.moment} (${set}) | served ${served} | lost ${lost} | exit ${code} | resume: ${resumed}${problems.map((problem) => `\n    NOT AS IT MUST BE: ${problem}`).join('')}`;
}
