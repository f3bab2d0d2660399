import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Scope } from '../../src/hosts/scope.js';
import type { ProxyPlace, ProxyService } from '../../src/plugin-api/index.js';
import { composeFile, ensureScript, proxyDigest, type ProxyProject } from '../../src/routes/proxy-project.js';

const scope: Scope = { root: '/state', folder: '/state/shop/prod', proxyProject: 'stagecraft-proxy-x', proxyNetwork: '00stagecraft-x', proxyContainer: 'stagecraft-proxy-x', edge: 'shop-prod-edge', dir: '01234567' };
const place: ProxyPlace = { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '198.51.100.1', container: 'stagecraft-proxy-x' };

function service(_config: unknown, at: ProxyPlace): ProxyService {
  return { image: 'acme:1', command: ['--port=80', 'cost $5 ${X}'], ports: ['80:80', `127.0.0.1:${at.apiPort}:${at.apiPort}`], folder: '/etc/acme', files: [{ path: 'api.yml', content: `only: ${at.gateway}\n` }] };
}

const project: ProxyProject = { scope, provider: { id: 'acme', service }, config: {}, place };

describe('DEPLOY_ROLLOUT: the project of a proxy', () => {
  it('is of its own, always restarted, and reads its folder alone', () => {
    expect(parse(composeFile(project))).toEqual({
      name: 'stagecraft-proxy-x',
      services: {
        proxy: {
          container_name: 'stagecraft-proxy-x',
          image: 'acme:1',
          restart: 'always',
          command: ['--port=80', 'cost $$5 $${X}'],
          ports: ['80:80', '127.0.0.1:8082:8082'],
          labels: { 'stagecraft.dir': '01234567', 'stagecraft.proxy': 'acme', 'stagecraft.digest': proxyDigest(project) },
          networks: ['proxy'],
          volumes: [{ type: 'bind', source: './files', target: '/etc/acme', read_only: true }],
        },
      },
      networks: { proxy: { name: '00stagecraft-x', external: true } },
    });
  });

  it('has a digest of what it is made of, and not of the address that its network happens to have', () => {
    expect(proxyDigest(project)).toMatch(/^[0-9a-f]{64}$/);
    expect(proxyDigest({ ...project, place: { ...place, gateway: '203.0.113.1' } })).toBe(proxyDigest(project));
    const others = [{ ...project, place: { ...place, apiPort: 1 } }, { ...project, provider: { id: 'acme', service: (c: unknown, p: ProxyPlace) => ({ ...service(c, p), image: 'acme:2' }) } }, { ...project, provider: { id: 'acme', service: (c: unknown, p: ProxyPlace) => ({ ...service(c, p), files: [] }) } }];
    expect(new Set([project, ...others].map(proxyDigest)).size).toBe(4);
  });
});

describe('proxy.ensure', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'proxy-project-'));
    // A docker that writes down what it is asked, and answers from files.
    writeFileSync(
      join(root, 'docker'),
      `#!/bin/sh
echo "$*" >>${root}/asked
case "$*" in
  'container inspect -f {{.State.Status}} '*) [ -e ${root}/state ] || { echo; exit 1; }; cat ${root}/state ;;
  'container inspect '*) [ ! -e ${root}/networks ] || cat ${root}/networks ;;
  'network inspect -f {{(index'*) echo 203.0.113.1 ;;
  'network inspect -f {{.Id}} '*) echo id ;;
  'network inspect '*) grep -qxF "$3" ${root}/known 2>/dev/null ;;
  'network create '*) for last; do :; done; echo "$last" >>${root}/known ;;
esac
`,
    );
    chmodSync(join(root, 'docker'), 0o755);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const run = (): string[] => {
    rmSync(join(root, 'asked'), { force: true });
    const result = spawnSync('sh', ['-c', `set -eu\numask 077\nproxy_lock() { echo lock >>${root}/asked; }\nSTAGECRAFT_ROOT=${root}\n${ensureScript(project)}`], { encoding: 'utf8', env: { PATH: `${root}:${process.env['PATH']}` } });
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' });
    return readFileSync(join(root, 'asked'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(root, 'ROOT'))
      .filter((line) => !/inspect/.test(line));
  };

  it('leaves a running proxy alone', () => {
    writeFileSync(join(root, 'state'), 'running\n');
    expect(run()).toEqual(['lock']);
    expect(existsSync(join(root, 'proxy/docker-compose.yml'))).toBe(false);
  });

  it('makes it where it is absent: every recorded edge joined before the start', () => {
    mkdirSync(join(root, 'proxy/edges'), { recursive: true });
    for (const edge of ['blog-prod-edge', 'shop-prod-edge']) writeFileSync(join(root, 'proxy/edges', edge), '');
    expect(run()).toEqual([
      'lock',
      'network create --label stagecraft.dir=01234567 00stagecraft-x',
      'compose -p stagecraft-proxy-x --project-directory ROOT/proxy -f ROOT/proxy/docker-compose.yml --env-file /dev/null up --no-start --quiet-pull',
      'network create --internal --label stagecraft.dir=01234567 blog-prod-edge',
      'network connect blog-prod-edge stagecraft-proxy-x',
      'network create --internal --label stagecraft.dir=01234567 shop-prod-edge',
      'network connect shop-prod-edge stagecraft-proxy-x',
      'start stagecraft-proxy-x',
    ]);
    expect(readFileSync(join(root, 'proxy/files/api.yml'), 'utf8')).toBe('only: 203.0.113.1\n');
    expect(JSON.parse(readFileSync(join(root, 'proxy/place.json'), 'utf8'))).toEqual({ format: 1, provider: 'acme', listen: { http: 80, https: 443 }, apiPort: 8082 });
    expect(parse(readFileSync(join(root, 'proxy/docker-compose.yml'), 'utf8'))).toEqual(parse(composeFile(project)));
  });

  it('starts a stopped one as it is', () => {
    writeFileSync(join(root, 'state'), 'exited\n');
    writeFileSync(join(root, 'known'), '00stagecraft-x\n');
    expect(run()).toEqual(['lock', 'start stagecraft-proxy-x']);
  });

  it.each(['created', 'restarting', 'dead'])('makes one anew that is %s', (state) => {
    writeFileSync(join(root, 'state'), `${state}\n`);
    writeFileSync(join(root, 'known'), '00stagecraft-x\n');
    expect(run()).toEqual(['lock', 'rm -f stagecraft-proxy-x', expect.stringContaining('compose '), 'start stagecraft-proxy-x']);
  });
});
