import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import { carried, held, operator } from './crew.js';

const project = 'twice-prod';

export const folders: Point = {
  title: 'people: two users with two state folders on one engine: the second is refused, told which folder, and may go on with it',
  async prove(stage) {
    stage.owns(project);
    const [first, second] = await Promise.all([operator(stage, 'first'), operator(stage, 'second')]);
    const theirs = { STAGECRAFT_HOST_DIR: join(stage.folder, 'their-host') };
    await first.write(held('twice', 'first'));
    await second.write(held('twice', 'second'));
    const deployed = await carried(stage, project, first.begin(['deploy', '--yes']));
    must(deployed.exitCode === 0, `the first user: exit ${deployed.exitCode}: ${deployed.all}`);
    const serving = await stage.running(project, 'app');

    const refused = await second.stagecraft(['deploy', '--yes'], theirs);
    must(refused.exitCode === 1 && refused.stderr.includes('SC3514') && refused.stderr.includes('STAGECRAFT_HOST_DIR'), `the second user: exit ${refused.exitCode}: ${refused.all}`);
    must((await stage.running(project, 'app')).join() === serving.join(), 'the second user changed what serves');
    const status = await second.stagecraft(['status'], theirs);
    must(status.exitCode !== 0, `the second user's status is exit ${status.exitCode}: ${status.all}`);

    const joined = await carried(stage, project, second.begin(['deploy', '--yes']));
    must(joined.exitCode === 0, `the second user with the first one's folder: exit ${joined.exitCode}: ${joined.all}`);
    const list = JSON.parse((await first.stagecraft(['releases', 'list', '--json'])).stdout) as { releases: readonly { operator: string }[] };
    must(list.releases.map(({ operator: by }) => by).join() === 'second,first', `the history says ${list.releases.map(({ operator: by }) => by).join()}`);

    let foreign = 'not root: no folder of another user to try';
    if (process.getuid?.() === 0) {
      const other = join(stage.folder, 'foreign', 'twice', 'prod');
      await mkdir(other, { recursive: true });
      await chown(join(stage.folder, 'foreign', 'twice'), 65534, 65534);
      await chown(other, 65534, 65534);
      // To root every folder is writable, and not every folder is root's.
      const kept = await second.stagecraft(['deploy', '--yes'], { STAGECRAFT_HOST_DIR: join(stage.folder, 'foreign') });
      must(kept.exitCode === 1 && kept.stderr.includes('SC3016'), `the folder of another user: exit ${kept.exitCode}: ${kept.all}`);
      foreign = "another user's folder refused with SC3016";
    }
    return `refused with exit 1 and SC3514, what serves untouched; with the folder that was named both deploy into one history; ${foreign}`;
  },
};
