import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { renderCompose } from '../../src/compose/render.js';
import type { HostSettings } from '../../src/config/types.js';
import { desired, told } from './support.js';

const at = 'docker-compose.yml';
const host = (name: string, role: string, privateAddress?: string): HostSettings => ({ name, address: name, roles: ['app', role], ...(privateAddress === undefined ? {} : { privateAddress }), location: { file: 'stagecraft.yml', line: 20, column: 3 } });
const three = [host('db-1', 'data', '10.0.0.20'), host('web-1', 'web'), host('web-2', 'web')];
const roles = { web: { role: 'web' }, db: { role: 'data' } };
const files = (db = 'expose: ["5432"]', web = 'depends_on: [db]', rest = ''): string => `services:\n  web: { image: web, ${web} }\n  db: { image: postgres, volumes: ["data:/d"], ${db} }\nvolumes: { data: }\n${rest}`;
const findingsOf = async (text: string, hosts: readonly HostSettings[] = three, services: Readonly<Record<string, object>> = roles): Promise<readonly string[]> => (await desired({ files: text, services, settings: { hosts } })).findings.map(told);

describe('DEPLOY_COMPOSE_GEN: services on several hosts', () => {
  it('lead to a data service by its own name, at its port on the private address of its host', async () => {
    const { desired: all, findings } = await desired({ files: files(), services: roles, settings: { hosts: three } });
    expect(findings.map(told)).toEqual([]);
    const [db, web] = ['db-1', 'web-1'].map((name) => (parse(renderCompose(all, name)) as { services: Record<string, Record<string, unknown>> }).services);
    expect(Object.keys(db ?? {})).toEqual(['db']);
    expect(db?.['db']).toMatchObject({ ports: [{ host_ip: '10.0.0.20', protocol: 'tcp', published: '5432', target: 5432 }] });
    expect(Object.keys(web ?? {})).toEqual(['web']);
    expect(web?.['web']).toMatchObject({ extra_hosts: ['db:10.0.0.20'] });
    // A dependency of another host is the plan's to wait for: Compose would refuse a service that its file does not have.
    expect(web?.['web']).not.toHaveProperty('depends_on');
  });

  it('are left as they are where all of them run together, and on one host', async () => {
    const together = await desired({ files: files(), services: { web: { role: 'web' }, db: { role: 'web' } }, settings: { hosts: [host('db-1', 'data', '10.0.0.20'), host('web-1', 'web', '10.0.0.10')] } });
    const alone = await desired({ files: files() });
    for (const { service } of [together, alone]) expect([service('db').definition['ports'], service('web').definition['extra_hosts']]).toEqual([undefined, undefined]);
  });

  it('publish no port twice, and lead no name elsewhere than the user does', async () => {
    const own = await desired({ files: files('ports: ["5432:5432"]', 'depends_on: [db], extra_hosts: ["cache:10.9.9.9"]'), services: roles, settings: { hosts: three } });
    expect(own.service('db').definition['ports']).toEqual([{ protocol: 'tcp', published: '5432', target: 5432 }]);
    expect(own.service('web').definition['extra_hosts']).toEqual(['cache:10.9.9.9', 'db:10.0.0.20']);
    const led = await desired({ files: files('expose: ["5432"]', 'depends_on: [db], extra_hosts: ["db:10.9.9.9"]'), services: roles, settings: { hosts: three } });
    expect([led.service('db').definition['ports'], led.service('web').definition['extra_hosts']]).toEqual([undefined, ['db:10.9.9.9']]);
  });

  it('bind no port to this machine alone where other hosts need it', async () => {
    const { service } = await desired({ files: files('ports: ["127.0.0.1:5432:5432"]'), services: roles, settings: { hosts: three } });
    expect(service('db').definition['ports']).toEqual([{ host_ip: '127.0.0.1', protocol: 'tcp', published: '5432', target: 5432 }, { host_ip: '10.0.0.20', protocol: 'tcp', published: '5432', target: 5432 }]);
  });

  it('say what is missing, where it belongs', async () => {
    expect(await findingsOf(files(), [host('db-1', 'data'), host('web-1', 'web')])).toEqual(["stagecraft.yml:20:3 SC1435 web on web-1 reaches db on db-1 by that host's private address, which is not known"]);
    expect(await findingsOf(files(), [host('db-1', 'data', 'db.internal'), host('web-1', 'web')])).toEqual(["stagecraft.yml:20:3 SC1435 web on web-1 reaches db on db-1 by that host's private address, which must be an IP address, and is db.internal"]);
    expect(await findingsOf(files('restart: always'))).toEqual([`${at}:3:3 SC1434 web on web-1 needs to know at which port it reaches db on db-1`]);
    expect(await findingsOf(files('expose: [5432], networks: [back]', 'depends_on: [db], networks: [back, default]', 'networks: { back: { internal: true } }\n'))).toEqual([`${at}:3:64 SC1433 web on web-1 cannot reach db on db-1: db is on networks with \`internal: true\` only, which end at their host`]);
    expect(await findingsOf('services:\n  web: { image: web, depends_on: [api] }\n  api: { image: api }\n', three, { web: { role: 'web' }, api: { role: 'data' } })).toEqual([`${at}:3:3 SC1432 web needs api, which does not run on web-1: this version leads to data services of other hosts only`]);
  });

  it('only warn where nobody says that the other is needed', async () => {
    const { findings } = await desired({ files: files('restart: always', 'restart: always'), services: roles, settings: { hosts: three } });
    expect(findings.map((one) => `${one.severity} ${one.code}`)).toEqual(['warning SC1434']);
    // On no common network, Compose would not lead there either.
    expect(await findingsOf(files('restart: always, networks: [a]', 'restart: always, networks: [b]', 'networks: { a: , b: }\n'))).toEqual([]);
  });

  it('cannot be two at one port of one host', async () => {
    const text = 'services:\n  web: { image: web, depends_on: [db, events] }\n  db: { image: postgres, volumes: ["data:/d"], expose: ["5432"] }\n  events: { image: postgres, volumes: ["more:/d"], expose: ["5432"] }\nvolumes: { data: , more: }\n';
    expect(await findingsOf(text, three, { ...roles, events: { role: 'data' } })).toEqual([`${at}:4:52 SC1436 events is reached from other hosts at port 5432 of db-1, which db publishes there`]);
  });
});
