import { must, type Point } from '../point.js';
import { fiveServices, localConfig } from './application.js';

export const killedAndResumed: readonly Point[] = [
  {
    title: 'kill -9 in the middle of a rollout, then deploy --resume: the release completes, and releases show tells the story',
    async prove(stage) {
      stage.owns('killed-prod');
      await stage.write({ ...fiveServices(), ...localConfig('killed') });
      const first = await stage.stagecraft(['deploy', '--yes']);
      must(first.exitCode === 0, `first deploy: exit code ${first.exitCode}: ${first.all}`);
      const before = await stage.running('killed-prod', 'api');
      await stage.write(fiveServices({ greeting: 'good day' }));

      const child = stage.begin(['deploy', '--yes', '--json-events']);
      const killed = await new Promise<string>((resolve, reject) => {
        let seen = '';
        child.stdout?.on('data', (chunk: Buffer) => {
          seen += chunk.toString();
          const started = /"id":"[^"]*\/api\/gate"[^\n]*"status":"running"/.exec(seen);
          if (started && child.exitCode === null) {
            child.kill('SIGKILL');
            resolve('api/gate');
          }
        });
        child.once('close', () => reject(new Error(`the deploy ended before it could be killed: ${seen.slice(-2000)}`)));
      });

      const blocked = await stage.stagecraft(['deploy', '--yes']);
      must(blocked.exitCode === 6, `another deploy: exit code ${blocked.exitCode}: ${blocked.all}`);
      must(blocked.stderr.includes('--resume'), `another deploy does not offer --resume: ${blocked.stderr}`);
      const resumed = await stage.stagecraft(['deploy', '--resume', '--yes']);
      must(resumed.exitCode === 0, `resume: exit code ${resumed.exitCode}: ${resumed.all}`);
      const after = await stage.running('killed-prod', 'api');
      must(after.length === 1 && after[0] !== before[0], `api runs as ${after.join(', ')}, before as ${before.join(', ')}`);

      const list = JSON.parse((await stage.stagecraft(['releases', 'list', '--json'])).stdout) as { releases: { id: string; outcome: string }[] };
      const [newest] = list.releases;
      must(newest?.outcome === 'completed', `the newest release is ${newest?.outcome}`);
      const show = await stage.stagecraft(['releases', 'show', newest.id]);
      must(show.exitCode === 0 && /taken over/.test(show.stdout) && /commit/.test(show.stdout), `releases show does not tell of the take-over and the commit: ${show.all}`);
      const again = await stage.stagecraft(['deploy', '--resume', '--yes']);
      must(again.exitCode === 1, `a second resume: exit code ${again.exitCode}: ${again.all}`);
      return `killed in ${killed}, blocked others with exit 6, resumed, taken over and committed`;
    },
  },
];
