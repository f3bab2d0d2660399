import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { listReleases } from '../../src/actions/releases.js';
import type { Workspace } from '../../src/actions/types.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { errorOf, inProject } from '../config/project.js';
import { deployOnce, storeAt, tempFolder } from '../protocol/support.js';

const files = { 'stagecraft.yml': 'version: 1\nproject: { name: shop }\nenvironments:\n  prod: { driver: local }\n', 'docker-compose.yml': 'services: { web: { image: "web:1" } }\n' };

/** A project whose state folder has one release; works in it. */
async function deployedOnce<Result>(work: (ws: Workspace, root: string, release: string) => Promise<Result>): Promise<Result> {
  const root = await tempFolder();
  const store = storeAt(root);
  await store.prepare();
  const release = await deployOnce(store, await describeOwner({}, 'stagecraft deploy'));
  return inProject(files, ({ folder, files: own }) =>
    work({ folder, files: own, config: 'stagecraft.yml', processEnv: { PATH: process.env['PATH'], HOME: '/root', STAGECRAFT_HOST_DIR: root }, plugins: [], clock: systemClock, io: { event: () => undefined } } as unknown as Workspace, root, release.id),
  );
}

describe('CLI_RELEASES: the list', () => {
  it('is what the host has, with the release that serves', async () => {
    const [listed, release] = await deployedOnce(async (ws, _, id) => [await listReleases(ws), id]);
    expect(listed).toMatchObject({ environment: 'prod', basis: 'live', serving: release, releases: [{ id: release, outcome: 'completed' }] });
  });

  it('is refused where the history was changed: what the project remembers is no answer to that', async () => {
    const error = await deployedOnce(async (ws, root, id) => {
      await writeFile(join(root, 'shop/prod/releases', id, 'release.json'), '{}\n');
      return errorOf(listReleases(ws));
    });
    expect(error).toMatchObject({ code: 'SC3011', kind: 'external' });
  });
});
