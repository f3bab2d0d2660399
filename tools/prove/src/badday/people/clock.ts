import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import { carried, held, operator, until } from './crew.js';

const project = 'clock-prod';
const days = 400;

export const clock: Point = {
  title: 'people: the clock set back by 400 days, of the command and of the host: order, rollback and locks do not ask it',
  async prove(stage) {
    stage.owns(project);
    const one = await operator(stage, 'one');
    const back = await clockSetBack(stage.folder, stage.env['PATH'] ?? '');
    const deploy = async (version: string, env?: Readonly<Record<string, string>>): Promise<void> => {
      await one.write(held('clock', version));
      const ran = await carried(stage, project, one.begin(['deploy', '--yes', '--version', version], env));
      must(ran.exitCode === 0, `${version}: exit ${ran.exitCode}: ${ran.all}`);
    };
    await deploy('v1');
    await deploy('v2', back);
    await deploy('v3');
    const list = JSON.parse((await one.stagecraft(['releases', 'list', '--json'], back)).stdout) as { releases: readonly { version: string; startedAt: string; serial: number }[]; serving: string };
    must(list.releases.map(({ version }) => version).join() === 'v3,v2,v1', `the order is ${list.releases.map(({ version }) => version).join()}`);
    const [v3, v2] = list.releases;
    must(Date.parse(v2?.startedAt ?? '') < Date.parse(v3?.startedAt ?? '') - (days - 1) * 86_400_000, `v2 was not begun in the past: ${v2?.startedAt}`);

    const rolled = await carried(stage, project, one.begin(['rollback', '--yes'], back));
    must(rolled.exitCode === 0, `rollback: exit ${rolled.exitCode}: ${rolled.all}`);
    const [id = ''] = await stage.running(project, 'app');
    must((await stage.docker(['inspect', '-f', '{{range .Config.Env}}{{println .}}{{end}}', id])).includes('BY=v2\n'), 'rollback did not go to v2');

    // A lock from the future is a lock.
    await one.write(held('clock', 'v4'));
    const holder = one.begin(['deploy', '--yes']);
    await until('the gate', () => holder.printed().includes('waiting for'));
    const refused = await one.stagecraft(['deploy', '--yes'], back);
    must(refused.exitCode === 6 && refused.stderr.includes('age unknown'), `beside a lock from the future: exit ${refused.exitCode}: ${refused.all}`);
    const ended = await carried(stage, project, holder);
    must(ended.exitCode === 0, `v4: exit ${ended.exitCode}: ${ended.all}`);
    return `5 releases in order of serial numbers, rollback to v2, a lock from the future respected (exit 6)`;
  },
};

/** Environment of a machine whose clock was set back: that of the command itself, and of the scripts on the host. */
async function clockSetBack(folder: string, path: string): Promise<Readonly<Record<string, string>>> {
  const bin = join(folder, 'past');
  await mkdir(bin);
  await writeFile(join(bin, 'date'), `#!/bin/sh\nPATH=\${PATH#*:}\nexec date -d '${days} days ago' "$@"\n`);
  await chmod(join(bin, 'date'), 0o755);
  const script = `const now = Date.now; const past = ${days * 86_400_000}; const Real = Date; globalThis.Date = class extends Real { constructor(...given) { given.length === 0 ? super(now() - past) : super(...given); } static now() { return now() - past; } };`;
  await writeFile(join(bin, 'past.mjs'), script);
  return { PATH: `${bin}:${path}`, NODE_OPTIONS: `--import=${join(bin, 'past.mjs')}` };
}
