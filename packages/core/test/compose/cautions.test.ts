import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { composeScript, envValue, withoutEnvFiles } from '../../src/compose/compose-cli.js';
import { loadSources } from '../../src/compose/sources.js';
import * as yaml from '../../src/compose/yaml-library.js';
import { createFiles } from '../../src/adapters/files.js';
import { composeTest, fixtures, problemsOf, project, read, told } from './support.js';

const at = 'docker-compose.yml';

describe('CORE_COMPOSE: what a deploy would not honour', () => {
  it('is named at its line, nothing is dropped silently', async () => {
    const model = await read(join(fixtures, 'unsupported'), 'built-in');
    expect(model.findings.map((one) => `${one.severity} ${told(one)}`)).toEqual([
      `warning ${at}:4:13 SC1312 web: a link says nothing in a network: services reach each other by name`,
      `error ${at}:4:17 SC1312 web: the link \`cache:redis\` gives another name, which a deploy does not carry over`,
      `error ${at}:6:7 SC1312 web: \`deploy.mode: global\` is of Swarm`,
      `warning ${at}:7:7 SC1312 web: \`deploy.placement\` is of Swarm; a deploy leaves it out`,
      `warning ${at}:8:5 SC1312 web: \`pull_policy\` is not honoured: images are on the host before anything changes`,
      `warning ${at}:9:5 SC1312 web: Compose runs no shell: it drops \`&&\` and all that follows in \`command\``,
      `error ${at}:10:5 SC1312 web: \`external_links\` ties it to containers by name, which a release replaces`,
      `warning ${at}:12:10 SC1311 the variable \`NOT_SET_ANYWHERE\` is not set: it is empty`,
      `error ${at}:15:5 SC1312 side: \`network_mode: service:web\` ties it to one container, which a release replaces`,
      `error ${at}:16:5 SC1312 side: \`volumes_from\` ties it to one container, which a release replaces`,
      `error ${at}:17:5 SC1312 side: \`pid: service:db\` ties it to one container, which a release replaces`,
      `warning ${at}:21:7 SC1312 db: \`build.cache_from\` is not passed on`,
      `error ${at}:22:7 SC1312 db: \`build.extra_hosts\` is not passed on`,
      `warning ${at}:24:9 SC1312 db: \`create_host_path: false\` is not honoured: a missing folder of the host is made`,
    ]);
    expect(model.findings.every((one) => (one.next ?? []).length > 0)).toBe(true);
  });

  it('is a Dockerfile that stands in the Compose file', async () => {
    const model = await read(project('services:\n  web:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM node:20\n'), 'built-in');
    expect(model.findings.map(told)).toEqual([`${at}:5:7 SC1312 web: \`build.dockerfile_inline\` is not passed on`]);
  });

  it('is a secret outside `environment`', async () => {
    const folder = project('services:\n  web:\n    image: web\n    command: run --token ${TOKEN}\n    environment: { TOKEN: "${TOKEN}" }\n');
    const model = await read(folder, 'built-in', { variables: { TOKEN: 't0p' }, secretNames: ['TOKEN'] });
    expect(model.findings.map(told)).toEqual([`${at}:4:14 SC1313 the secret TOKEN would stand in clear in \`services.web.command\``]);
  });

  composeTest('is said once, where Compose knows a key that we do not', async () => {
    const folder = project('services:\n  web:\n    image: web\n    develop: { watch: [{ path: ., action: rebuild }] }\n');
    expect((await read(folder, 'compose')).findings.map(told)).toEqual([`${at}:4:5 SC1312 web: \`develop\` is for development; a deploy leaves it out`]);
  });

  composeTest('does not hide what Compose really refused', async () => {
    const problems = await problemsOf(read(project('services:\n  web:\n    image: web\n    develop: {}\n    labels: { a: { b: c } }\n'), 'compose'));
    expect(problems).toEqual([expect.stringMatching(/^docker-compose\.yml:5:(?:5|15) SC1304 /)]);
  });
});

describe('CORE_COMPOSE: what Compose gets', () => {
  it('is the files with `env_file` taken out, every line where it was', async () => {
    const text = "x-e: &e\n  env_file: shared.env\nservices:\n  a: { image: a, env_file: [one.env,\n    two.env], labels: { env_file: kept } }\n  b:\n    <<: *e\n    'env_file':\n      - three.env\n    environment: [env_file=kept]\n";
    const { main } = await loadSources(createFiles(project(text)), yaml, [at], {});
    const given = withoutEnvFiles(main[0] as never);
    expect(given.replace(/x-env-file-[0-9a-f]{8}-\d+/g, 'X')).toBe("x-e: &e\n  X: shared.env\nservices:\n  a: { image: a, X: [one.env,\n    two.env], labels: { env_file: kept } }\n  b:\n    <<: *e\n    X:\n      - three.env\n    environment: [env_file=kept]\n");
  });

  it('is one script that no value and no file name can break out of', async () => {
    const folder = project({ "it's; $(touch x).yml": 'services: { a: { image: a } }\n# END_0\n' });
    const sources = await loadSources(createFiles(folder), yaml, ["it's; $(touch x).yml"], {});
    const script = composeScript({ sources, variables: { A: "'; rm -rf / #\nEND", 'not a name': 'x' }, project: 'shop-prod', beside: {} });
    expect(script).toContain(`-f "$r"/'it'\\''s; $(touch x).yml'`);
    expect(script).toContain(`A="'; rm -rf / #\\nEND"`);
    expect(script).not.toContain('not a name');
    const [marker] = /END_[0-9a-f]{64}/.exec(script) as RegExpExecArray;
    expect(script.split('\n').filter((line) => line === marker)).toHaveLength(2);
  });

  it.each([['plain-1.2', 'plain-1.2'], ['', '""'], ['a b', '"a b"'], ['a$b', '"a\\$b"'], ['a"b\\', '"a\\"b\\\\"'], ['a\nb', '"a\\nb"']])('a value %j as %s', (value, written) => expect(envValue(value)).toBe(written));
});
