import { must, type Point } from '../point.js';

const compose = 'services:\n  web:\n    image: busybox:1.35\n    command: [sleep, "3600"]\n';
const good = 'version: 1\nproject: { name: shop }\nenvironments:\n  prod: { driver: local }\n';

/** Ten ways to get it wrong, and a word that the message must hold. */
const broken: readonly (readonly [string, string, string])[] = [
  ['an unknown key', good.replace('project:', 'projekt:'), 'project'],
  ['a wrong type', good.replace('version: 1', 'version: one'), 'version'],
  ['a name that is no identifier', good.replace('shop', 'Shop!'), 'name'],
  ['a key twice', `${good}version: 1\n`, 'version'],
  ['a tab for indentation', good.replace('  prod', '\tprod'), 'tab'],
  ['an unclosed bracket', good.replace(' }', ''), 'stagecraft.yml'],
  ['a provider that nobody brings', `${good}proxy: { provider: nginx }\nroutes:\n  - { service: web, port: 80 }\n`, 'nginx'],
  ['a duration without a unit', `${good}services:\n  web: { rollout: { drain: 30 } }\n`, 'drain'],
  ['two documents', `${good}---\nversion: 1\n`, 'document'],
  ['a newer version', good.replace('version: 1', 'version: 9'), '9'],
];

export const brokenConfigs: readonly Point[] = [
  {
    title: 'ten broken configs give ten messages with line and column, exit 1, no stack',
    async prove(stage) {
      for (const [what, text, word] of broken) {
        await stage.write({ 'docker-compose.yml': compose, 'stagecraft.yml': text });
        const ran = await stage.stagecraft(['plan', '--env', 'prod']);
        must(ran.exitCode === 1, `${what}: exit code ${ran.exitCode}: ${ran.all}`);
        must(/stagecraft\.yml:\d+:\d+/.test(ran.stderr), `${what}: no place in: ${ran.stderr}`);
        must(ran.stderr.includes(word), `${what}: "${word}" is not in: ${ran.stderr}`);
        must(!/\n\s+at .+:\d+:\d+\)?$/m.test(ran.all), `${what}: a stack in: ${ran.all}`);
      }
      return `${broken.length} of ${broken.length}`;
    },
  },
];
