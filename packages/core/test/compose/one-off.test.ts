import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { renderOneOff } from '../../src/compose/one-off.js';
import { composeTest, desired, nasty, project } from './support.js';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const files = {
  'docker-compose.yml':
    'services:\n  web:\n    image: web:1\n    container_name: fixed\n    restart: always\n    ports: ["8080:80"]\n    labels: { team: a }\n    depends_on: [db]\n    volumes: ["./conf:/conf:ro", "vol:/v", "plain:/p"]\n    networks: { default: , back: { aliases: [w], ipv4_address: 10.1.1.1 }, far: }\n  db: { image: db }\n  alone: { image: alone }\n  beside: { image: beside, network_mode: "service:db" }\nnetworks: { back: { internal: true }, far: { external: true, name: far-away } }\nvolumes: { vol: { name: shared }, plain: {} }\n',
  'conf/a': 'a',
};
const labels = { release: 'rel-1', dir: 'abcd' };

describe('CLI_RUN: the file of a one-off container', () => {
  it('has image, values and mounts of the service, uses what the environment has, and nothing that serving needs', async () => {
    const all = await desired({ files });
    const service = all.service('web');
    const file = parse(renderOneOff({ desired: all.desired, service, values: { B: 'p$q', A: '1' }, name: 'shop-prod-run-web-1', labels })) as Record<string, unknown>;
    expect(file).toEqual({
      name: 'shop-prod-run-web-1',
      services: {
        web: {
          environment: { A: '1', B: 'p$$q' },
          healthcheck: { disable: true },
          image: 'web:1',
          labels: { 'stagecraft.dir': 'abcd', 'stagecraft.env': 'prod', 'stagecraft.project': 'shop', 'stagecraft.release': 'rel-1', 'stagecraft.run': 'shop-prod-run-web-1', 'stagecraft.service': 'web', team: 'a' },
          networks: { back: {}, default: {}, far: {} },
          pull_policy: 'never',
          volumes: [
            { bind: { create_host_path: false }, read_only: true, source: `../../files/${service.files[0]?.digest}/conf`, target: '/conf', type: 'bind' },
            { source: 'plain', target: '/p', type: 'volume' },
            { source: 'vol', target: '/v', type: 'volume' },
          ],
        },
      },
      networks: { back: { external: true, name: 'shop-prod_back' }, default: { external: true, name: 'shop-prod_default' }, far: { external: true, name: 'far-away' } },
      volumes: { plain: { external: true, name: 'shop-prod_plain' }, vol: { external: true, name: 'shared' } },
    });
  });

  it('joins the default network where the service names none, and refuses what lives in another container', async () => {
    const all = await desired({ files });
    expect(renderOneOff({ desired: all.desired, service: all.service('alone'), values: {}, name: 'n', labels })).toContain('name: "shop-prod_default"');
    expect(() => renderOneOff({ desired: all.desired, service: all.service('beside'), values: {}, name: 'n', labels })).toThrow('`network_mode` of another container');
  });

  composeTest('gives Compose every value as it is', async () => {
    const all = await desired({ files });
    const folder = project({ 'one.yml': renderOneOff({ desired: all.desired, service: all.service('alone'), values: nasty, name: 'one', labels }) });
    const read = spawnSync('docker', ['compose', '--project-directory', folder, '-f', join(folder, 'one.yml'), '--env-file', '/dev/null', 'config', '--format', 'json', '--no-interpolate'], { encoding: 'utf8' });
    expect(read.stderr).toBe('');
    const { services } = JSON.parse(read.stdout) as { services: { alone: { environment: Record<string, string> } } };
    expect(Object.fromEntries(Object.entries(services.alone.environment).map(([key, value]) => [key, value.replaceAll('$$', '$')]))).toEqual(nasty);
  });
});
