import { homedir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { destinationOf, effective, parsed } from '../../../src/adapters/ssh/effective.js';

const said = (more: Readonly<Record<string, string>> = {}): string =>
  Object.entries({ user: 'deploy', hostname: '203.0.113.10', port: '22', identitiesonly: 'no', userknownhostsfile: '~/.ssh/known_hosts /etc/more', globalknownhostsfile: '/etc/ssh/ssh_known_hosts', ...more })
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');

describe('CLI_SSH: how a host is reached, by what `ssh -G` says', () => {
  it('is its host, port, user, keys and files of known keys', () => {
    expect(parsed(`${said()}identityfile ~/.ssh/id_ed25519\nidentityfile /keys/prod\n`, {})).toEqual({
      host: '203.0.113.10',
      port: 22,
      user: 'deploy',
      known: '203.0.113.10',
      knownHosts: { user: [`${homedir()}/.ssh/known_hosts`, '/etc/more'], global: ['/etc/ssh/ssh_known_hosts'] },
      identities: [`${homedir()}/.ssh/id_ed25519`, '/keys/prod'],
      identitiesOnly: false,
      jumps: [],
    });
  });

  it('knows a key under its port, unless the config gives it a name of its own', () => {
    expect(parsed(said({ port: '2222' }), {}).known).toBe('[203.0.113.10]:2222');
    expect(parsed(said({ port: '2222', hostkeyalias: 'web' }), {}).known).toBe('web');
  });

  it('takes the agent of the environment, another one, or none', () => {
    const env = { SSH_AUTH_SOCK: '/run/agent', OTHER: '/run/other' };
    expect(parsed(said(), env).agent).toBe('/run/agent');
    expect(parsed(said({ identityagent: 'SSH_AUTH_SOCK' }), env).agent).toBe('/run/agent');
    expect(parsed(said({ identityagent: '$OTHER' }), env).agent).toBe('/run/other');
    expect(parsed(said({ identityagent: '~/agent' }), env).agent).toBe(`${homedir()}/agent`);
    expect(parsed(said({ identityagent: 'none' }), env).agent).toBeUndefined();
    expect(parsed(said(), {}).agent).toBeUndefined();
  });

  it('goes through hosts in their order, or over a command', () => {
    expect(parsed(said({ proxyjump: 'a@bastion:2200,inner' }), {}).jumps).toEqual(['a@bastion:2200', 'inner']);
    expect(['a@bastion:2200', 'inner', 'ssh://x:1', 'root@[203.0.113.1]', '[2001:db8::1]:2200', 'a@[2001:db8::1]'].map(destinationOf)).toEqual(['ssh://a@bastion:2200', 'inner', 'ssh://x:1', 'root@203.0.113.1', 'ssh://[2001:db8::1]:2200', 'a@2001:db8::1']);
    expect(parsed(said({ proxycommand: 'nc %h %p', proxyjump: 'none' }), {})).toMatchObject({ proxyCommand: 'nc %h %p', jumps: [] });
  });

  it('asks `ssh` itself, with the config that the environment names, and says what is wrong with it', async () => {
    const asked: (readonly string[])[] = [];
    const exec = { run: (argv: readonly string[]) => (asked.push(argv), Promise.resolve({ exitCode: 255, stdout: '', stderr: 'config line 3: Bad configuration option: prot\n' })) };
    await expect(effective({ exec, env: { STAGECRAFT_SSH_CONFIG: '/c' } }, 'web', 'deploy')).rejects.toMatchObject({ code: 'SC3701', kind: 'user', message: expect.stringContaining('Bad configuration option') });
    expect(asked).toEqual([['ssh', '-G', '-F', '/c', '-l', 'deploy', '--', 'web']]);
  });
});
