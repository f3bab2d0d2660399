import { afterAll, describe, expect, it } from '@jest/globals';
import { configSchema } from '../../src/actions/config-schema.js';
import { configShow } from '../../src/actions/config-show.js';
import { configValidate } from '../../src/actions/config-validate.js';
import { loadSettings } from '../../src/actions/settings.js';
import type { Workspace } from '../../src/actions/types.js';
import { errorOf, inProject, line, lines } from '../config/project.js';
import { pluginFolder, proxySource } from '../providers/plugin.js';

const { plugin, remove } = pluginFolder();
afterAll(remove);

const schema = "{ type: 'object', additionalProperties: false, properties: { level: { type: 'string', enum: ['INFO', 'DEBUG'], default: 'INFO' }, slots: { type: 'integer', default: 4 } } }";
const plugins = [
  plugin('@acme/proxy', { proxy: { acme: { module: './proxy.mjs', api: '^0.1.0', default: true }, idle: { module: './none.mjs', api: '^0.1.0' } } }, { 'proxy.mjs': proxySource({ configSchema: schema }) }, { bundled: true }),
  plugin('@acme/build', { backend: { generic: { module: './build.mjs', api: '^0.1.0' } } }, { 'build.mjs': "export default { kind: 'backend', id: 'generic', api: '0.1.0', configSchema: {}, build: async () => [] };" }),
];

const config = `version: 1
project: { name: shop }
routes: [{ service: web, port: 80 }]
proxy:
  providers:
    acme: { slots: "\${SLOTS:-8}" }
    idle: { nonsense: [1] }
environments:
  dev: { env: { TOKEN: hunter2 } }
  prod: { hosts: [deploy@203.0.113.10], proxy: { providers: { acme: { level: DEBUG } } } }
`;

function inWorkspace<Result>(text: string, body: (workspace: Workspace) => Promise<Result>, more: Partial<Workspace> = {}): Promise<Result> {
  return inProject({ 'stagecraft.yml': text, 'docker-compose.yml': 'services: { web: { image: "web:${TAG}" } }\n' }, ({ folder, files }) =>
    body({ folder, files, config: 'stagecraft.yml', processEnv: { TAG: 'v1', HOME: '/root' }, plugins, ...more } as Workspace),
  );
}

describe('loadSettings', () => {
  it("gives the environment's settings with the chosen providers' defaults, and imports no other provider", async () => {
    const { settings, index, config: file } = await inWorkspace(config, loadSettings, { environment: 'prod' });
    expect(settings.proxy).toMatchObject({ provider: 'acme', config: { level: 'DEBUG', slots: 8 } });
    expect(settings.variables).toEqual({ TAG: 'v1' });
    expect(index.registry('proxy').ids).toEqual(['acme', 'idle']);
    expect(file.environments).toEqual(['dev', 'prod']);
  });

  it("tells of a wrong section at the user's own line", async () => {
    const error = await inWorkspace(config.replace('level: DEBUG', 'levle: DEBUG'), (workspace) => errorOf(loadSettings(workspace)), { environment: 'prod' });
    expect(lines(error)).toEqual(['stagecraft.yml:10:71 SC1021 unknown key `proxy.providers.acme.levle`: did you mean `level`?']);
  });

  it('needs no backend plugin where the config asks for none', async () => {
    const [proxy] = plugins;
    const { settings } = await inWorkspace(config, loadSettings, { environment: 'dev', plugins: proxy === undefined ? [] : [proxy] });
    expect(settings.backends).toMatchObject([{ provider: 'generic', config: {} }]);
  });

  it('lets a flag win', async () => {
    const { settings } = await inWorkspace(config, (workspace) => loadSettings(workspace, { overrides: [{ path: 'proxy.listen.http', value: 8080, flag: '--http-port' }] }), { environment: 'dev' });
    expect(settings.proxy?.listen).toEqual({ http: 8080, https: 443 });
  });

  it('goes on without a Compose file: its reader says what is wrong with it', async () => {
    const { settings } = await inProject({ 'stagecraft.yml': config }, ({ folder, files }) => loadSettings({ folder, files, config: 'stagecraft.yml', environment: 'dev', processEnv: {}, plugins } as unknown as Workspace));
    expect(settings.compose).toEqual(['docker-compose.yml']);
  });
});

describe('configValidate', () => {
  it('is content with a right file, and names its environments', async () => {
    expect(await inWorkspace(config, configValidate)).toEqual({ file: 'stagecraft.yml', environments: ['dev', 'prod'], findings: [] });
  });

  it('tells the errors of all environments at once, what they share only once', async () => {
    const text = config.replace('slots: "${SLOTS:-8}"', 'slots: two').replace('TOKEN: hunter2', 'TOKEN: "${NONE:?needed}"').replace('level: DEBUG', 'level: LOUD');
    const error = await inWorkspace(text, (workspace) => errorOf(configValidate(workspace)));
    expect(lines(error)).toEqual([
      'stagecraft.yml:6:20 SC1020 `proxy.providers.acme.slots`: expected a whole number, found "two"',
      'stagecraft.yml:9:24 SC1102 variable `NONE` is not set: needed',
      'stagecraft.yml:10:78 SC1024 `proxy.providers.acme.level`: expected INFO or DEBUG, found "LOUD"',
    ]);
  });

  it('gives warnings back', async () => {
    const { findings } = await inWorkspace(config.replace('TOKEN: hunter2', 'TOKEN: "$NONE"'), configValidate);
    expect(findings.map(line)).toEqual(['stagecraft.yml:9:24 SC1104 variable `NONE` is not set; it is empty here']);
  });
});

describe('configShow', () => {
  it('shows each value with its origin, sorted, and no value of a variable', async () => {
    const { values } = await inWorkspace(config, configShow, { environment: 'dev' });
    const paths = values.map(({ path }) => path);
    expect(paths).toEqual([...paths].sort());
    const by = Object.fromEntries(values.map(({ path, value, origin }) => [path, [value, origin.kind]]));
    expect(by).toMatchObject({
      'project.name': ['shop', 'file'],
      'driver': ['local', 'default'],
      'proxy.provider': ['acme', 'default'],
      'proxy.providers.acme.level': ['INFO', 'default'],
      'proxy.providers.acme.slots': [8, 'file'],
      'routes[0].port': [80, 'file'],
      'variables.TAG': ['***', 'variable'],
      'variables.TOKEN': ['***', 'file'],
    });
    expect(JSON.stringify(values)).not.toContain('hunter2');
  });

  it('is the same each time', async () => {
    expect(await inWorkspace(config, configShow, { environment: 'prod' })).toEqual(await inWorkspace(config, configShow, { environment: 'prod' }));
  });
});

it('configSchema gives the schema of the file', () => {
  expect(configSchema()).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', title: 'stagecraft.yml' });
});
