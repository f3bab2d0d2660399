import type { TestHost } from '@stagecraft-tools/hosts';
import { contest, contestText, type Ground } from '../badday/people/contest.js';
import { held, operator } from '../badday/people/crew.js';
import type { Point } from '../point.js';
import { onThreeHosts, type HostsScene } from './scene.js';
import { oneHistory } from './story.js';

const OPERATORS = 8;

export const people: Point = {
  title: '8 operators deploy to three hosts at once, round after round: one winner each, every loser told who, since when and what to do',
  prove: (stage, size) =>
    onThreeHosts(
      stage,
      '8 operators',
      async (scene) => {
        const rounds = size === 'full' ? 50 : 3;
        const crew = await Promise.all(Array.from({ length: OPERATORS }, (_, index) => operator(stage, `operator-${index + 1}`, scene.env)));
        const came = await contest(hostsOf(scene), crew, rounds);
        await oneHistory(scene, Array.from({ length: rounds }, () => 'completed'));
        return `${contestText(came, OPERATORS)}; one history on all three`;
      },
      ['busybox:1.35'],
    ),
};

function hostsOf({ hosts }: HostsScene): Ground {
  const each = async (script: string): Promise<readonly string[]> => (await Promise.all(hosts.map(async (host) => (await host.must(['sh', '-c', script])).split('\n')))).flat().filter((line) => line !== '');
  const containers = 'docker ps -q --filter label=com.docker.compose.service=app';
  return {
    containers: hosts.length,
    files: (by) => ({ ...held('fleet', by), 'stagecraft.yml': config(hosts) }),
    open: async () => void (await each(`for c in $(${containers}); do docker exec "$c" touch /tmp/open || :; done`)),
    left: () => each('cd /root/.stagecraft/fleet/prod && ls -d lock open.json decision 2>/dev/null || :'),
    running: () => each(`for c in $(${containers}); do docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$c" | sed -n 's/^BY=//p'; done`),
  };
}

function config(hosts: readonly TestHost[]): string {
  return `version: 1\nproject: { name: fleet }\nenvironments:\n  prod:\n    driver: ssh\n    hosts: [${hosts.map((host) => `root@${host.address}`).join(', ')}]\nservices: { app: { rollout: { health_timeout: 5m } } }\n`;
}
