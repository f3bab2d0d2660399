import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { largestFile, readYaml } from '../../src/compose/read-yaml.js';
import * as yaml from '../../src/compose/yaml-library.js';
import { problemsOf, project, read } from './support.js';

const problems = (files: Readonly<Record<string, string>> | string, compose = ['docker-compose.yml']): Promise<readonly string[]> => problemsOf(read(project(files), 'built-in', { compose, variables: {} }));
const at = 'docker-compose.yml';

describe('CORE_COMPOSE: what the built-in reader refuses', () => {
  it('names all that it does not know at once, each at its line', async () => {
    expect(await problems({ 'other.yml': 'services: {}\n', [at]: 'include: [other.yml]\nmodels: { m: {} }\nservices:\n  web:\n    image: web\n    provider: { type: x }\n    post_start: []\n    nonsense: 1\n    ports: [{ target: 80, wrong: 1 }]\n    deploy: { replicas: 1, odd: 2 }\n' })).toEqual([
      `${at}:1:1 SC1307 the built-in reader does not know \`include\``,
      `${at}:2:1 SC1307 the built-in reader does not know \`models\``,
      `${at}:6:5 SC1307 the built-in reader does not know \`services.web.provider\``,
      `${at}:7:5 SC1307 the built-in reader does not know \`services.web.post_start\``,
      `${at}:8:5 SC1307 the built-in reader does not know \`services.web.nonsense\``,
      `${at}:9:27 SC1307 \`services.web.ports[0].wrong\` is not known to Stagecraft, and there is no Docker Compose here that could read it`,
      `${at}:10:28 SC1307 \`services.web.deploy.odd\` is not known to Stagecraft, and there is no Docker Compose here that could read it`,
    ]);
  });

  it.each([
    ['ports: ["80:x"]', '3:26', 'a port such as `8080:80` or `127.0.0.1:8080:80/udp`', 'ports[0]'],
    ['ports: ["1-3:1-2"]', '3:26', 'two ranges of the same length, below 65536', 'ports[0]'],
    ['ports: 80', '3:18', 'a list', 'ports'],
    ['volumes: [a:b:c:d]', '3:28', 'a mount such as `data:/data` or `./file:/file:ro`', 'volumes[0]'],
    ['volumes: [v:/data]', '3:28', 'a mount whose volume has a longer name: Compose takes one letter for a Windows drive', 'volumes[0]'],
    ['stop_grace_period: soon', '3:18', 'a duration such as `30s` or `1m30s`', 'stop_grace_period'],
    ['mem_limit: much', '3:18', 'a size such as `64m` or `1g`', 'mem_limit'],
    ['privileged: maybe', '3:18', '`true` or `false`', 'privileged'],
    ['healthcheck: { retries: 1.5 }', '3:33', 'a whole number', 'healthcheck.retries'],
    ['healthcheck: { test: [curl] }', '3:33', 'a list that begins with `CMD`, `CMD-SHELL` or `NONE`', 'healthcheck.test'],
    ['command: "sh -c \'open"', '3:18', 'a command whose quotes are closed', 'command'],
    ['depends_on: { a: { condition: ready } }', '3:37', '`service_started`, `service_healthy` or `service_completed_successfully`', 'depends_on.a.condition'],
    ['extra_hosts: [nothing]', '3:32', '`host=address`', 'extra_hosts[0]'],
    ['labels: 5', '3:18', 'a map or a list of `KEY=value`', 'labels'],
    ['ulimits: { nofile: many }', '3:29', 'a whole number', 'ulimits.nofile'],
  ])('%s is wrong at its place', async (line, place, expected, path) => {
    expect(await problems(`services:\n  a: { image: a }\n  b: { image: b, ${line} }\n`)).toEqual([`${at}:${place} SC1304 \`services.b.${path}\` must be ${expected}`]);
  });

  it('finds names that nothing declares, and twice the same', async () => {
    expect(await problems('services:\n  a:\n    volumes: [data:/data]\n    networks: [back]\n    secrets: [token]\n    depends_on:\n      - nobody\n    container_name: one\n    mem_limit: 1g\n    deploy: { resources: { limits: { memory: 2g } } }\n  b: { image: b, container_name: one }\n')).toEqual([
      `${at}:2:3 SC1310 a has neither \`image\` nor \`build\``,
      `${at}:3:5 SC1310 a uses the volume \`data\`, which is not declared`,
      `${at}:4:5 SC1310 a uses the network \`back\`, which is not declared`,
      `${at}:5:5 SC1310 a uses the secret \`token\`, which is not declared`,
      `${at}:6:5 SC1310 a depends on \`nobody\`, which is not there`,
      `${at}:9:5 SC1310 a says \`mem_limit\` and \`deploy.resources.limits.memory\` with different values`,
      `${at}:11:18 SC1310 b and a have the same \`container_name\``,
    ]);
  });

  it('finds variables that are required or badly written', async () => {
    expect(await problems('services:\n  a:\n    image: "a:${TAG:?say which}"\n    command: echo $1\n    labels: { x: "${-}" }\n')).toEqual([
      expect.stringContaining(`${at}:3:12 SC1102 variable \`TAG\` is not set: say which`),
      expect.stringContaining(`${at}:4:14 SC1101`),
      expect.stringContaining(`${at}:5:18 SC1101`),
    ]);
  });

  it('finds circles and strangers in `extends`', async () => {
    expect(await problems('services:\n  a: { extends: b }\n  b: { extends: { service: a } }\n  c: { extends: nobody, image: c }\n  d: { extends: { file: gone.yml, service: x }, image: d }\n')).toEqual(
      expect.arrayContaining([`${at}:5:25 SC1300 there is no Compose file gone.yml`]),
    );
    expect(await problems('services:\n  a: { extends: b }\n  b: { extends: { service: a } }\n  c: { extends: nobody, image: c }\n')).toEqual([
      expect.stringMatching(/^docker-compose.yml:2:8 SC1305 `extends` goes in a circle: b -> a -> b$|^docker-compose.yml:2:8 SC1305 `extends` goes in a circle: a -> b -> a$/),
      expect.stringMatching(/SC1305 `extends` goes in a circle/),
      expect.stringContaining('4:8 SC1305 `extends` names the service `nobody`, which docker-compose.yml does not have'),
    ]);
  });

  it('finds missing and broken env files', async () => {
    expect(await problems({ [at]: 'services:\n  a: { image: a, env_file: gone.env }\n  b: { image: b, env_file: [{ path: gone2.env, required: false }, bad.env] }\n  c: { image: c, env_file: [{ path: bad.env, format: strange }] }\n', 'bad.env': 'GOOD=1\nno assignment here\n' })).toEqual([
      'bad.env:2:1 SC1110 a line that begins with `no` is no assignment',
      `${at}:2:28 SC1306 the env file gone.env is not there`,
      `${at}:4:29 SC1306 \`format: strange\` of an env file is not known`,
    ]);
  });
});

describe('CORE_COMPOSE: YAML that nobody should have to read', () => {
  it.each([
    ['services:\n\tweb: { image: a }\n', '2:1', 'SC1301', 'a tab indents this line'],
    ['services:\n  a: { image: a }\n  a: { image: b }\n', '3:3', 'SC1301', 'the key `a` stands twice; first on line 2'],
    ['services: {}\n---\nservices: {}\n', '2:1', 'SC1301', 'a second YAML document begins here; one is expected'],
    ['services: { a: *nobody }\n', '1:16', 'SC1301', 'no anchor `&nobody` stands before this alias'],
    ['services: { a: { image: !!binary aGk= } }\n', '1:34', 'SC1301', 'the tag `!!binary` is not known'],
    ['services: { 5: { image: a } }\n', '1:13', 'SC1301', 'a key must be text'],
    ['services: { a: { <<: text, image: a } }\n', '1:18', 'SC1301', '`<<` takes a map or a list of maps'],
    ['services: { a: { image: a, labels: { day: 2024-01-02 } } }\n', '1:43', 'SC1301', '`2024-01-02` is a date to Compose, which writes it in another form'],
    ['- a\n- b\n', '1:1', 'SC1303', 'docker-compose.yml must be a map with `services:`'],
    ['# nothing\n', '1:1', 'SC1303', 'docker-compose.yml is empty'],
    ['x-a: 1\n', '1:1', 'SC1303', 'there are no `services`'],
    ['services: [a]\n', '1:1', 'SC1303', '`services` must be a map'],
  ])('%j', async (text, place, code, message) => {
    expect(await problems(text)).toEqual([`${at}:${place} ${code} ${message}`]);
  });

  it('tells every mistake of every file at once', async () => {
    expect(await problems({ 'a.yml': 'services:\n  a: { image: a, image: b }\n  a: {}\n', 'b.yml': 'services: {\n' }, ['a.yml', 'b.yml'])).toEqual([
      'a.yml:2:18 SC1301 the key `image` stands twice; first on line 2',
      'a.yml:3:3 SC1301 the key `a` stands twice; first on line 2',
      expect.stringMatching(/^b\.yml:\d+:\d+ SC1301 /),
    ]);
  });

  it('reads a byte order mark and Windows line ends', async () => {
    expect((await read(project('\uFEFFservices:\r\n  web:\r\n    image: web\r\n'), 'built-in')).services.web?.image).toBe('web');
  });

  it('refuses more than 256 KiB', async () => {
    expect(await problems(`services: { a: { image: a } }\n#${'x'.repeat(largestFile)}\n`)).toEqual([expect.stringMatching(/SC1302 .*larger than 256 KiB/)]);
  });

  it('refuses an alias bomb within a second', async () => {
    const bomb = ['x-a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((name, index) => `x-${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[index]}`).join(',')}]`), 'services: {}'].join('\n');
    const start = Date.now();
    expect(await problems(bomb)).toEqual([expect.stringMatching(/SC1302 its aliases make more than 100000 values of it/)]);
    expect(Date.now() - start).toBeLessThan(1_000);
  });

  it.each([70, 100_000])('refuses %i levels', async (levels) => {
    expect(await problems(`x-a: ${'['.repeat(levels)}${']'.repeat(levels)}\nservices: {}\n`)).toEqual([expect.stringMatching(/SC1302 it is nested/)]);
  });

  it('never throws for a text, and places every problem in it', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('services:', '\n', '\n  ', '- ', ': ', '{', '}', '[', ']', '&a ', '*a', '<<: ', '"', "'", '|', '>', '#', '!!str ', '!x ', '---', '? ', '%', '\t', '~', 'a: b'));
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const { root, problems } = readYaml(yaml, text, 'a.yml', { syntax: 'S', limits: 'L' });
      expect(root === undefined || problems.length === 0).toBe(true);
      for (const { location, message } of problems) {
        expect(message).not.toBe('');
        expect(location?.line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length);
      }
    }), { numRuns: 500 });
  });

  it('reads the widest file it accepts without taking long over any part', async () => {
    const wide = `services:\n${Array.from({ length: 4_000 }, (_, index) => `  s${index}: { image: i${index}, labels: { a: b } }`).join('\n')}\n`;
    const start = Date.now();
    expect(Object.keys((await read(project(wide), 'built-in')).services)).toHaveLength(4_000);
    expect(Date.now() - start).toBeLessThan(8_000);
  });
});

describe('CORE_COMPOSE: where something was written', () => {
  const folder = project({
    'docker-compose.yml': 'x-base: &base\n  image: web\n  restart: always\nservices:\n  web:\n    <<: *base\n    ports:\n      - "80:80"\n    extends: { file: common.yml, service: base }\n    labels: [a=1]\n',
    'override.yml': 'services:\n  web:\n    image: other\n',
    'common.yml': 'services:\n  base:\n    init: true\n',
  });
  it.each<[string, (string | number)[], string]>([
    ['the last file that sets a value', ['services', 'web', 'image'], 'override.yml:3:5'],
    ['the anchor that it comes from', ['services', 'web', 'restart'], 'docker-compose.yml:3:3'],
    ['the service that is extended', ['services', 'web', 'init'], 'common.yml:3:5'],
    ['an item of a list', ['services', 'web', 'ports', 0], 'docker-compose.yml:8:9'],
    ['the nearest that is written', ['services', 'web', 'labels', 5, 'deep'], 'docker-compose.yml:10:5'],
    ['the file where nothing is', ['nothing'], 'override.yml:1:1'],
  ])('is %s', async (_, path, place) => {
    const { file, line, column } = (await read(folder, 'built-in', { compose: ['docker-compose.yml', 'override.yml'] })).locate(path);
    expect(`${file}:${line}:${column}`).toBe(place);
  });
});
