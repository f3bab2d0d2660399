import { must, type Point } from '../point.js';
import { fiveServices, localConfig } from './application.js';

export const planBytes: readonly Point[] = [
  {
    title: 'plan --format json twice gives the same bytes',
    async prove(stage) {
      await stage.write({ ...fiveServices(), ...localConfig('bytes') });
      const [one, two] = [await stage.stagecraft(['plan', '--format', 'json']), await stage.stagecraft(['plan', '--format', 'json'])];
      must(one.exitCode === 0, `exit code ${one.exitCode}: ${one.all}`);
      must(one.stdout === two.stdout, 'the two outputs differ');
      must(JSON.parse(one.stdout).steps.length > 0, 'the plan of a first deploy has no steps');
      return `${one.stdout.length} bytes`;
    },
  },
  {
    title: 'plan works with the network cut and no engine',
    async prove(stage) {
      await stage.write({ ...fiveServices(), ...localConfig('offline') });
      const bin = ['node', `${new URL('../../../../packages/cli/bin/run.js', import.meta.url).pathname}`];
      const alone = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
      const cut = process.getuid?.() === 0 ? ['unshare', '--net', ...bin] : bin;
      const ran = await stage.run([...cut, 'plan', '--format', 'json'], { env: alone });
      must(ran.exitCode === 0, `exit code ${ran.exitCode}: ${ran.all}`);
      must(JSON.parse(ran.stdout).basis === 'none', `basis is ${JSON.parse(ran.stdout).basis}`);
      return cut === bin ? 'without an engine (not root: the network was not cut)' : 'in a network namespace without a way out';
    },
  },
];
