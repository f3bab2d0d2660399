import { setTimeout as delay } from 'node:timers/promises';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { cli, started, until, type Running } from '../people/crew.js';
import { ran } from '../sub-stage.js';
import { atTerminal, deploy, oneOffs, only, sum, told } from './application.js';

const tokenSum = 'printf %s "$TOKEN" | sha256sum';

export const oneOffTasks: Point = {
  title: 'day two: exec and run with a terminal, exit codes, secrets and Ctrl-C; a detached one goes on over deploy, rollback, scale and prune',
  async prove(stage) {
    const port = await stage.freePort();
    await deploy(stage, { version: 'v1', port });
    await ran(stage, 7, 'exec', 'web', '--', 'sh', '-c', 'exit 7');
    await ran(stage, 3, 'run', 'worker', '--', 'sh', '-c', 'exit 3');
    for (const [command, code] of [['exec', 5], ['run', 6]] as const) {
      const at = await atTerminal(stage, `${command} worker -- sh -c "test -t 0 && test -t 1 && echo terminal; exit ${code}"`);
      must(at.stdout.includes('terminal') && at.exitCode === code, `${command} at a terminal: exit code ${at.exitCode}: ${at.all}`);
    }
    // What the files say by now is not what serves: a one-off has the release's values.
    await stage.write({ '.env.prod.secrets': 'TOKEN=second\n' });
    must((await ran(stage, 0, 'run', 'worker', '--', 'sh', '-c', tokenSum)).stdout.includes(sum('first')), 'a one-off does not have the secret of the release');
    // The terminal is the program's own; what is kept for programs goes through us.
    const kept = (await ran(stage, 0, 'run', '--json', 'worker', '--', 'sh', '-c', 'echo "told: $TOKEN"')).all;
    must(kept.includes('told: ***') && !kept.includes('first'), `a secret that a one-off prints is not masked with --json: ${kept}`);
    const tool = (await ran(stage, 0, 'run', 'tool')).stdout;
    must(tool.startsWith('a tool\n'), `a service whose profile is off: ${tool}`);

    const once = await interrupted(stage, 'trap "echo heard; exit 9" INT; echo begun; while :; do sleep 0.1; done', 1);
    must(once.exitCode === 9 && once.stdout.includes('heard'), `Ctrl-C once: exit code ${once.exitCode}: ${once.all}`);
    const twice = await interrupted(stage, 'trap "" INT; echo begun; while :; do sleep 0.1; done', 2);
    must(twice.exitCode === 130, `Ctrl-C twice: exit code ${twice.exitCode}: ${twice.all}`);
    await until('the end of the one-off that did not heed Ctrl-C', async () => (await oneOffs(stage)).length === 0);

    await deploy(stage, { version: 'v2', port, token: 'second' });
    const name = (await ran(stage, 0, 'run', 'built', '--detach', '--', 'sh', '-c', 'until [ -e /tmp/end ]; do sleep 0.1; done')).stdout.trim();
    const id = await stage.docker(['inspect', '-f', '{{.Id}} {{.State.StartedAt}}', name]);
    const goesOn = async (over: string): Promise<void> => {
      must((await oneOffs(stage)).join() === name && (await stage.docker(['inspect', '-f', '{{.Id}} {{.State.StartedAt}}', name])) === id, `${over} touched the detached one-off: there are ${(await oneOffs(stage)).join()}`);
      must((await stage.docker(['exec', name, 'cat', '/conf.txt'])) === 'v2', `${over} took the mounted file of the detached one-off`);
    };
    await deploy(stage, { version: 'v3', port, token: 'second' });
    await goesOn('a deploy');
    await ran(stage, 0, 'rollback', '--to-version', 'v1', '--yes');
    await goesOn('a rollback');
    must((await ran(stage, 0, 'run', 'worker', '--', 'sh', '-c', tokenSum)).stdout.includes(sum('second')), 'a one-off after a rollback does not have the secret of today, as the containers have');
    await ran(stage, 0, 'scale', 'built=2');
    await goesOn('a scaling');
    await ran(stage, 0, 'prune', '--keep', '1', '--yes');
    const left = (await told<{ releases: { version: string }[] }>(stage, 'releases', 'list')).releases.map(({ version }) => version);
    must(!left.includes('v2'), `the release of the one-off was not pruned: ${left.join()}`);
    await goesOn('a prune');
    must((await told<{ drift: unknown[] }>(stage, 'status')).drift.length === 0, 'status counts the one-off');
    await stage.docker(['exec', name, 'touch', '/tmp/end']);
    await until('the end of the detached one-off', async () => (await oneOffs(stage)).length === 0);
    must((await stage.docker(['exec', await only(stage, 'worker'), 'sh', '-c', tokenSum])).includes(sum('second')), 'the worker has another secret');
    return 'exec 7 and 5, run 3 and 6, secrets of the release, masked; Ctrl-C once: the program\'s own 9, twice: 130; detached over a deploy, a rollback, a scaling and a prune of its release; one-offs left: 0';
  },
};

async function interrupted(stage: Stage, script: string, times: number): ReturnType<() => Running['ended']> {
  const running = started(process.execPath, [cli, 'run', 'worker', '--', 'sh', '-c', script], stage.folder, stage.env);
  await until('the begin of the one-off', () => running.printed().includes('begun') || running.child.exitCode !== null);
  for (let time = 0; time < times; time += 1) {
    running.child.kill('SIGINT');
    await delay(100);
  }
  return running.ended;
}
