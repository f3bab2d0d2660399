import { describe, expect, it } from '@jest/globals';
import type { ImageState } from '../../src/ports/containers.js';
import { desired, told } from './support.js';

const image = (more: Partial<ImageState> = {}): ImageState => ({ id: `sha256:${'a'.repeat(64)}`, tags: [], digests: [], architecture: 'amd64', os: 'linux', size: 1, labels: {}, volumes: [], workdir: '', exposed: [], healthcheck: false, createdAt: '2020-01-01T00:00:00Z', ...more });
const at = 'docker-compose.yml';

describe('CORE_COMPOSE: which services are on, and what they are', () => {
  it('leaves out what profiles leave out, and what depends on it without need', async () => {
    const files = 'services:\n  web: { image: web, depends_on: { debug: { condition: service_started, required: false } } }\n  debug: { image: debug, profiles: [tools] }\n';
    const off = await desired({ files });
    expect(off.desired.services.map((service) => service.name)).toEqual(['web']);
    expect(off.service('web').dependsOn).toEqual([]);
    expect(off.findings).toEqual([]);
    const on = await desired({ files, settings: { profiles: ['tools'] } });
    expect(on.desired.services.map((service) => service.name)).toEqual(['debug', 'web']);
  });

  it('refuses to need what is off, at the dependency', async () => {
    const { findings } = await desired({ files: 'services:\n  web:\n    image: web\n    depends_on:\n      - db\n  db: { image: db, profiles: [data] }\n' });
    expect(findings.map(told)).toEqual([`${at}:5:9 SC1404 web depends on db, which is off in prod: its profiles are data`]);
  });

  it.each([
    ['a named volume under an image that is not built here', 'image: postgres, volumes: [data:/d]', 'data'],
    ['a folder of the host', 'image: postgres, volumes: [/srv/d:/d]', 'data'],
    ['a volume mounted read-only', 'image: web, volumes: [data:/d:ro]', 'service'],
    ['an anonymous volume', 'image: web, volumes: [/d]', 'service'],
    ['the engine’s socket', 'image: web, volumes: [/var/run/docker.sock:/var/run/docker.sock]', 'service'],
    ['a tmpfs', 'image: web, tmpfs: [/d]', 'service'],
    ['a built image with a volume', 'build: ., volumes: [data:/d]', 'service'],
  ])('%s makes it %s', async (_, section, kind) => {
    expect((await desired({ files: `services: { it: { ${section} } }\nvolumes: { data: }\n` })).service('it').kind).toBe(kind);
  });

  it('takes the image’s own volume for data, unless something is mounted there', async () => {
    const files = 'services:\n  plain: { image: redis }\n  scratch: { image: redis, tmpfs: /data }\n';
    const { service } = await desired({ files, input: { images: { redis: image({ volumes: ['/data'] }) } } });
    expect([service('plain').kind, service('scratch').kind]).toEqual(['data', 'service']);
  });

  it('lets the config decide', async () => {
    const files = 'services: { a: { image: a, volumes: [data:/d] }, b: { build: . }, c: { image: c } }\nvolumes: { data: }\n';
    const { service, desired: all } = await desired({ files, services: { a: { data: false }, b: { data: true }, c: { mode: 'external' } } });
    expect(all.services.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['a service', 'b data', 'c external']);
    expect(service('a').obstacles.map((one) => one.kind)).toContain('writable_volume');
  });

  it('calls the target of service_completed_successfully a job, which runs once and never again', async () => {
    const { service } = await desired({ files: 'services:\n  web: { image: web, depends_on: { migrate: { condition: service_completed_successfully } } }\n  migrate: { image: web, restart: always, deploy: { replicas: 3 } }\n' });
    expect(service('migrate')).toMatchObject({ kind: 'job', replicas: 1, definition: { restart: 'no' } });
  });

  it('tells a circle at its first line', async () => {
    const { findings } = await desired({ files: { [at]: 'services:\n  c: { image: c, depends_on: [a] }\n  a: { image: a, depends_on: [b] }\n  b: { image: b, depends_on: [c] }\n' } });
    expect(findings.map(told)).toEqual([`${at}:3:31 SC1405 services depend on each other in a circle: a -> b -> c -> a`]);
  });

  it('refuses routes that lead nowhere, and doubts ports that nobody names', async () => {
    const { findings } = await desired({ files: 'services: { web: { image: web, expose: [80] }, host: { image: h, network_mode: host } }', routes: [{ service: 'gone', port: 1 }, { service: 'web', port: 81 }] });
    expect(findings.map(told)).toEqual([
      'stagecraft.yml:1:1 SC1406 a route leads to the service `gone`, which the Compose files do not have',
      'stagecraft.yml:1:1 SC1407 two routes lead from */',
      'stagecraft.yml:1:1 SC1409 a route leads to port 81 of web, which names only 80',
    ]);
  });

  it('refuses names that are no identifiers, and settings of strangers', async () => {
    const { findings } = await desired({ files: 'services: { Web: { image: web } }', services: { gone: {} } });
    expect(findings.map(told)).toEqual([`${at}:1:13 SC1403 \`Web\` cannot be the name of a service here`, 'stagecraft.yml:1:1 SC1402 `services.gone`: the Compose files have no such service']);
  });

  it('refuses several of what can be only one', async () => {
    const files = 'services:\n  a: { image: a, ports: ["80:80"] }\n  b: { image: b, volumes: [vol:/d] }\n  c: { build: ., volumes: [vol:/d] }\n  d: { image: d }\n  e: { image: e, ports: ["80", "8000-8001:81"] }\nvolumes: { vol: }\n';
    const two = { replicas: 2 };
    const { findings } = await desired({ files, services: { a: two, b: two, c: two, d: { ...two, singleton: true }, e: two } });
    expect(findings.map(told)).toEqual([
      `${at}:2:26 SC1411 a has 2 replicas and publishes port 80 of the host, which only one can`,
      `${at}:3:3 SC1411 b has 2 replicas and holds data, of which there must be one`,
      `${at}:4:18 SC1411 c has 2 replicas and writes to a volume at /d, which only one may do`,
      'stagecraft.yml:1:1 SC1411 d has 2 replicas and is a singleton',
    ]);
  });

  it('takes replicas from the config, else from Compose, else one', async () => {
    const { service } = await desired({ files: 'services: { a: { image: a, deploy: { replicas: 2 } }, b: { image: b, scale: 3 }, c: { image: c }, d: { image: d, scale: 0 } }', services: { b: { replicas: 5 } } });
    expect(['a', 'b', 'c', 'd'].map((name) => service(name).replicas)).toEqual([2, 5, 1, 0]);
  });
});

describe('DEPLOY_ROLLOUT: obstacles', () => {
  const obstacles = async (section: string, more: Parameters<typeof desired>[0] | object = {}): Promise<readonly string[]> =>
    (await desired({ files: `services:\n  it:\n    image: it\n    healthcheck: { test: ok }\n${section}\nnetworks: { n: {} }\n`, routes: [{ service: 'it', port: 80 }], ...more })).service('it').obstacles.map(({ kind, reason, location, blocks }) => `${location.file}:${location.line} ${kind}${blocks ? '!' : ''} ${reason}`);

  it.each([
    ['    ports:\n      - "80"\n      - "127.0.0.1:8080-8081:80-81"\n      - 9000-9005:90', [`${at}:7 host_port! publishes port 8080 of the host`, `${at}:7 host_port! publishes port 8081 of the host`]],
    ['    ports:\n      - { target: 80, published: 8080 }', [`${at}:6 host_port! publishes port 8080 of the host`]],
    ['    container_name: one', [`${at}:5 container_name! has the fixed container name one`]],
    ['    networks: { n: { ipv4_address: 198.18.1.2 } }', [`${at}:5 static_address! has the fixed address 198.18.1.2 in the network n`]],
    ['    labels: [a]', []],
  ])('%j', async (section, expected) => {
    expect(await obstacles(section)).toEqual(expected);
  });

  it('knows the network of the host', async () => {
    const { service } = await desired({ files: 'services:\n  it:\n    image: it\n    network_mode: host\n' });
    expect(service('it').obstacles).toContainEqual({ kind: 'host_network', reason: 'uses the network of the host', location: { file: at, line: 4, column: 5 }, blocks: true });
  });

  it('counts a missing healthcheck and a missing route as limits, not as blocks; an image may bring the healthcheck', async () => {
    const files = 'services: { it: { image: it } }';
    const kinds = (result: Awaited<ReturnType<typeof desired>>): readonly string[] => result.service('it').obstacles.map((one) => `${one.kind} ${one.blocks}`);
    expect(kinds(await desired({ files }))).toEqual(['no_healthcheck false', 'not_routed false']);
    const known = await desired({ files, input: { images: { it: image({ healthcheck: true }) } } });
    expect(kinds(known)).toEqual(['not_routed false']);
    expect(known.service('it')).toMatchObject({ healthcheck: true, image: { reference: 'it', id: image().id } });
    expect((await desired({ files: 'services: { it: { image: it, healthcheck: { disable: true } } }', input: { images: { it: image({ healthcheck: true }) } } })).service('it').healthcheck).toBe(false);
  });

  it('hears what the config asks for', async () => {
    expect(await obstacles('    init: true', { services: { it: { singleton: true, strategy: 'recreate' } } })).toEqual(['stagecraft.yml:1 asked! `strategy: recreate` is asked for', 'stagecraft.yml:1 singleton! `singleton: true`: never two at once']);
  });
});

describe('CORE_COMPOSE: images and builds', () => {
  it('lets services with the same build share one image, named by the first', async () => {
    const files = 'services:\n  web: { build: { context: ., args: { A: "1", B: "2" } } }\n  api: { build: { args: [B=2, A=1] } }\n  other: { build: { context: ., args: { A: "2" } } }\n  cron: { image: "shop/web" }\n  named: { build: ./named, image: shop/web }\n';
    const { desired: all } = await desired({ files });
    expect(Object.fromEntries(all.services.map(({ name, image: { reference }, build }) => [name, `${reference} by ${build?.services.join('+') ?? ''}`]))).toEqual({
      api: 'shop-api:v1 by api+web',
      cron: 'shop-cron:v1 by cron+named',
      named: 'shop-cron:v1 by cron+named',
      other: 'shop-other:v1 by other',
      web: 'shop-api:v1 by api+web',
    });
  });

  it('gives each backend its provider, and builds what it names though Compose has no `build`', async () => {
    const backend = (name: string, services: readonly string[]) => ({ name, provider: name, services, config: { of: name }, location: { file: 'stagecraft.yml', line: 2, column: 1 } });
    const { service, findings } = await desired({ files: { 'docker-compose.yml': 'services: { api: { image: x }, worker: { build: ./w }, web: { build: ./web } }', 'w/Dockerfile': '', 'web/Dockerfile': '' }, settings: { backends: [backend('first', ['api', 'worker', 'ghost']), backend('rest', [])] } });
    expect(service('api')).toMatchObject({ image: { reference: 'shop-api:v1' }, build: { provider: 'first', context: 'w', services: ['api', 'worker'] } });
    expect(service('web')).toMatchObject({ image: { reference: 'shop-web:v1' }, build: { provider: 'rest', config: { of: 'rest' } } });
    expect(findings.map(told)).toEqual(['stagecraft.yml:2:1 SC1402 the backend first names the service `ghost`, which the Compose files do not have']);
  });

  it('refuses a version that can be no tag', async () => {
    expect((await desired({ files: 'services: { web: { build: . } }', input: { version: 'feature/x' } })).findings.map(told)).toEqual([`${at}:1:13 SC1410 the version \`feature/x\` cannot be the tag of an image`]);
  });
});

describe('CORE_COMPOSE: restart policies', () => {
  it('gives `always` to what runs for long and names none, and warns of the others', async () => {
    const { service, findings } = await desired({ files: 'services:\n  a: { image: a }\n  b: { image: b, restart: "no" }\n  c: { image: c, restart: on-failure:3 }\n  d: { image: d, restart: unless-stopped }\n  e: { image: e, restart: always }\n' });
    expect(service('a').definition).toEqual({ restart: 'always' });
    expect(findings.map(told)).toEqual([
      `${at}:3:18 SC1412 b has \`restart: no\`: it stays down after a crash and after a reboot`,
      `${at}:4:18 SC1412 c has \`restart: on-failure:3\`: it stays down after a reboot`,
      `${at}:5:18 SC1412 d has \`restart: unless-stopped\`: it stays down where the engine itself was killed`,
    ]);
    expect(findings.every((one) => one.severity === 'warning')).toBe(true);
  });
});

describe('CORE_COMPOSE: what is sealed', () => {
  it('holds no value, no folder of this machine, and comes back from JSON as it was', async () => {
    const { desired: all, values } = await desired({ files: { [at]: 'services: { web: { build: ., environment: { PASSWORD: "${DB_PASSWORD}", ON: "1" }, secrets: [s] } }\nsecrets: { s: { environment: DB_PASSWORD } }\n' }, input: { valuesKey: 'key' } });
    const text = JSON.stringify(all);
    expect(text).not.toContain('s3cret-value');
    expect(text).not.toContain('/tmp/');
    expect(text).not.toContain(Buffer.from('s3cret-value').toString('base64'));
    expect(JSON.parse(text)).toEqual(all);
    expect(values.web).toEqual({ ON: '1', PASSWORD: 's3cret-value' });
    expect(all.services[0]?.variables).toEqual(['ON', 'PASSWORD']);
  });

  it('knows the digest of values with the environment’s key, and leaves it out without', async () => {
    const files = 'services: { web: { image: web, environment: { A: "1" } } }';
    const [none, one, same, other] = await Promise.all([desired({ files }), desired({ files, input: { valuesKey: 'k' } }), desired({ files, input: { valuesKey: 'k' } }), desired({ files, input: { valuesKey: 'other' } })]);
    expect(none.service('web')).not.toHaveProperty('valuesDigest');
    expect(one.service('web').valuesDigest).toBe(same.service('web').valuesDigest);
    expect(one.service('web').valuesDigest).not.toBe(other.service('web').valuesDigest);
  });

  it('is the same on every run', async () => {
    const files = { [at]: 'services:\n  b: { image: b, volumes: ["./f:/f:ro"], networks: [n] }\n  a: { build: . }\nnetworks: { n: {}, unused: {} }\n', 'f/one': '1', 'f/two': '2' };
    const [one, two] = await Promise.all([desired({ files }), desired({ files })]);
    expect(JSON.stringify(one.desired)).toBe(JSON.stringify(two.desired));
    expect(Object.keys(one.desired.networks)).toEqual(['n']);
  });
});
