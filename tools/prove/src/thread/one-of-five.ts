import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { fiveServices, localConfig } from './application.js';

const names = ['web', 'api', 'worker', 'cache', 'db'];

async function snapshot(stage: Stage, project: string): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await stage.running(project, name)).join(' ')])));
}

export const oneOfFive: readonly Point[] = [
  {
    title: 'a deploy that changes one of five services touches that one only',
    async prove(stage) {
      stage.owns('five-prod');
      await stage.write({ ...fiveServices(), ...localConfig('five') });
      const first = await stage.stagecraft(['deploy', '--yes']);
      must(first.exitCode === 0, `first deploy: exit code ${first.exitCode}: ${first.all}`);
      const before = await snapshot(stage, 'five-prod');
      await stage.write(fiveServices({ greeting: 'good day' }));
      const second = await stage.stagecraft(['deploy', '--yes']);
      must(second.exitCode === 0, `second deploy: exit code ${second.exitCode}: ${second.all}`);
      const after = await snapshot(stage, 'five-prod');
      const changed = names.filter((name) => before[name] !== after[name]);
      must(changed.join() === 'api', `changed: ${changed.join(', ') || 'nothing'}`);
      return 'api alone has a new container';
    },
  },
  {
    title: 'a changed Postgres image shows as held and is not touched',
    async prove(stage) {
      stage.owns('held-prod');
      await stage.write({ ...fiveServices(), ...localConfig('held') });
      const first = await stage.stagecraft(['deploy', '--yes']);
      must(first.exitCode === 0, `first deploy: exit code ${first.exitCode}: ${first.all}`);
      const before = await snapshot(stage, 'held-prod');
      await stage.write({ Dockerfile: 'FROM postgres:15\nLABEL changed=yes\n' });
      await stage.docker(['build', '-q', '-t', 'postgres:15-other', stage.folder]);
      await stage.write(fiveServices({ postgres: 'postgres:15-other', greeting: 'good day' }));
      const plan = await stage.stagecraft(['plan', '--refresh']);
      must(/db\s.*held/.test(plan.stdout), `the plan does not hold db: ${plan.stdout}`);
      const second = await stage.stagecraft(['deploy', '--yes']);
      must(second.exitCode === 0, `second deploy: exit code ${second.exitCode}: ${second.all}`);
      const after = await snapshot(stage, 'held-prod');
      await stage.docker(['rmi', 'postgres:15-other']);
      must(before['db'] === after['db'], 'the database has another container');
      must(before['api'] !== after['api'], 'the other change was not made');
      return 'db is held, api was replaced';
    },
  },
];
