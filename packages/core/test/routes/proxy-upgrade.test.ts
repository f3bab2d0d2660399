import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Scope } from '../../src/hosts/scope.js';
import type { ProxyPlace, ProxyService } from '../../src/plugin-api/index.js';
import { composeFile, type ProxyProject } from '../../src/routes/proxy-project.js';
import { backScript, beginScript, endScript, secondProxy, swapScript, type ProxyUpgrade } from '../../src/routes/proxy-upgrade.js';

const scope: Scope = { root: '/state', folder: '/state/shop/prod', proxyProject: 'stagecraft-proxy-x', proxyNetwork: '00stagecraft-x', proxyContainer: 'stagecraft-proxy-x', edge: 'shop-prod-edge', dir: '01234567' };
const place: ProxyPlace = { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '198.51.100.1', container: 'stagecraft-proxy-x' };

function service(_config: unknown, at: ProxyPlace): ProxyService {
  return { image: 'acme:2', command: [`--api=${at.apiPort}`], ports: ['80:80', `127.0.0.1:${at.apiPort}:${at.apiPort}`], folder: '/etc/acme', files: [{ path: 'api.yml', content: 'all\n' }] };
}

const project: ProxyProject = { scope, provider: { id: 'acme', service }, config: {}, place };
const upgrade: ProxyUpgrade = { project, second: secondProxy(project, 9001), graceS: 20 };

describe('CLI_PROXY: the second proxy', () => {
  it('has another name and API port, and nothing that the world could reach', () => {
    const { services } = parse(composeFile(upgrade.second)) as { services: { proxy: Record<string, unknown> } };
    expect(services.proxy).toMatchObject({ container_name: 'stagecraft-proxy-x-next', image: 'acme:2', command: ['--api=9001'], ports: ['127.0.0.1::80', '127.0.0.1:9001:9001'] });
  });
});

describe('CLI_PROXY: the scripts of an upgrade', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'proxy-upgrade-'));
    const program = (name: string, body: string): void => {
      writeFileSync(join(root, name), `#!/bin/sh\n${body}`);
      chmodSync(join(root, name), 0o755);
    };
    // Programs that write down what they are asked.
    program('docker', `echo "docker $*" >>${root}/asked\ncase "$*" in */proc/net/tcp*) [ ! -e ${root}/kept ] || { rm ${root}/kept; echo '   3: 0100007F:0050 0200007F:A0B2 01 00000000:00000000'; } ;; *IPAddress*) echo 203.0.113.9 ;; *bridge.name*) echo br-none ;; *IPAM*) echo 203.0.113.1 ;; 'compose '*) [ ! -e ${root}/broken ] ;; esac\n`);
    program('iptables', `echo "iptables $*" >>${root}/asked\ncase "$*" in *' -C '* | *' -D '*) exit 1 ;; esac\n`);
    program('id', 'echo 0\n');
  });
  afterEach(() => {
    run(`[ ! -e ${root}/proxy/upgrade.pid ] || kill "$(cat ${root}/proxy/upgrade.pid)" || :`);
    rmSync(root, { recursive: true, force: true });
  });

  const run = (script: string): { status: number | null; asked: string[]; output: string } => {
    rmSync(join(root, 'asked'), { force: true });
    const { status, stdout, stderr } = spawnSync('sh', ['-c', `set -eu\numask 077\nproxy_lock() { echo lock >>${root}/asked; mkdir -p ${root}/proxy; exec 7>>${root}/proxy/lock; flock -n 7; }\nresult() { echo "result $*" >>${root}/asked; }\nSTAGECRAFT_ROOT=${root}\n${script}`], { encoding: 'utf8', env: { PATH: `${root}:${process.env['PATH']}` } });
    const asked = existsSync(join(root, 'asked')) ? readFileSync(join(root, 'asked'), 'utf8').trim().split('\n') : [];
    return { status, output: `${stdout}${stderr}`, asked: asked.map((line) => line.replaceAll(root, 'ROOT')).filter((line) => !/ inspect | -C /.test(line)) };
  };
  const place80 = '--dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination 203.0.113.9:80';

  it('begin beside the proxy, hold its lock, and touch neither it nor a connection', () => {
    const { status, asked, output } = run(beginScript(upgrade));
    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(asked).toEqual(['lock', 'docker rm -f stagecraft-proxy-x-next', expect.stringMatching(/^docker compose -p stagecraft-proxy-x-next .*next\.yml/), 'docker start stagecraft-proxy-x-next']);
    expect(run('proxy_lock').status).not.toBe(0);
  });

  it('lead new connections away before the proxy is stopped, and back before the second one is', () => {
    run(beginScript(upgrade));
    const swap = run(swapScript(upgrade));
    expect({ status: swap.status, asked: swap.asked }).toEqual({
      status: 0,
      asked: [
        'iptables -w -t nat -I POSTROUTING -s 127.0.0.0/8 -d 203.0.113.9/32 -p tcp --dport 80 -j MASQUERADE',
        `iptables -w -t nat -I PREROUTING -p tcp ${place80}`,
        `iptables -w -t nat -I OUTPUT -p tcp ${place80}`,
        'result how direct',
        'docker update --restart no stagecraft-proxy-x',
        'docker stop -t 20 stagecraft-proxy-x',
        'docker rm -f stagecraft-proxy-x',
        expect.stringMatching(/^docker compose -p stagecraft-proxy-x .*docker-compose\.yml/),
        'docker start stagecraft-proxy-x',
      ],
    });
    const end = run(endScript(upgrade));
    expect(end.asked).toEqual([`iptables -w -t nat -D PREROUTING -p tcp ${place80}`, `iptables -w -t nat -D OUTPUT -p tcp ${place80}`, expect.stringContaining('-D POSTROUTING'), 'docker update --restart no stagecraft-proxy-x-next', 'docker stop -t 20 stagecraft-proxy-x-next', 'docker rm -f stagecraft-proxy-x-next']);
    expect(run('proxy_lock').status).toBe(0);
    expect(existsSync(join(root, 'proxy/before'))).toBe(false);
  });

  it('let every answer end its connection first, and wait until no client has one', () => {
    const leaving: ProxyProject = { ...project, provider: { id: 'acme', service: (config, at) => ({ ...service(config, at), leaving: { path: 'api.yml', content: 'leave\n' } }) } };
    const going: ProxyUpgrade = { project: leaving, second: secondProxy(leaving, 9001), graceS: 20 };
    const file = (): string => readFileSync(join(root, 'proxy/files/api.yml'), 'utf8');
    run(beginScript(going));
    expect(file()).toBe('all\n');
    for (const [script, name, then] of [[swapScript(going), 'stagecraft-proxy-x', 'leave\n'], [endScript(going), 'stagecraft-proxy-x-next', 'all\n']] as const) {
      writeFileSync(join(root, 'kept'), '');
      const { asked, status } = run(script);
      const look = `docker exec ${name} cat /proc/net/tcp /proc/net/tcp6`;
      expect(status).toBe(0);
      expect(asked.filter((line) => line === look || line.startsWith('docker stop'))).toEqual([look, look, `docker stop -t 20 ${name}`]);
      expect(file()).toBe(then);
    }
  });

  it('do not stop the proxy for an operator who lost its lock', () => {
    run(beginScript(upgrade));
    run(`kill "$(cat ${root}/proxy/upgrade.pid)"`);
    for (const script of [swapScript(upgrade), backScript(upgrade)]) expect(run(script)).toMatchObject({ status: 70, asked: [], output: expect.stringContaining('lost the lock') });
  });

  it('make the one of before again, by its own file', () => {
    run(`mkdir -p ${root}/proxy && echo 'name: before' >${root}/proxy/docker-compose.yml`);
    run(beginScript(upgrade));
    writeFileSync(join(root, 'broken'), '');
    expect(run(swapScript(upgrade)).status).not.toBe(0);
    rmSync(join(root, 'broken'));
    const { status, asked } = run(backScript(upgrade));
    expect(status).toBe(0);
    expect(asked.slice(-2)).toEqual([expect.stringMatching(/^docker compose -p stagecraft-proxy-x .*docker-compose\.yml/), 'docker start stagecraft-proxy-x']);
    expect(readFileSync(join(root, 'proxy/docker-compose.yml'), 'utf8')).toBe('name: before\n');
  });
});
