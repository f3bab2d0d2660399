import { describe, expect, it } from '@jest/globals';
import { openSsh, pinnedFile } from '../../src/hosts/openssh.js';

const login = { session: 'shell', batch: false, quiet: false } as const;

describe('CLI_SSH: how the OpenSSH client is called', () => {
  it('leaves to the user’s config what stagecraft.yml does not say', () => {
    expect(openSsh({ address: 'web-1' }, login).join(' ')).toBe('ssh -o StrictHostKeyChecking=ask -o ServerAliveInterval=15 -o ServerAliveCountMax=3 -o ConnectTimeout=20 -- web-1');
  });

  it('names user and config, and takes the pinned key alone', () => {
    expect(openSsh({ address: '203.0.113.10', user: 'deploy' }, { ...login, config: '/c d', pinned: '/a b/100%' })).toEqual([
      'ssh', '-F', '/c d', '-l', 'deploy',
      '-o', 'StrictHostKeyChecking=yes', '-o', 'UserKnownHostsFile="/a b/100%%"', '-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'UpdateHostKeys=no',
      '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3', '-o', 'ConnectTimeout=20',
      '--', '203.0.113.10',
    ]);
  });

  it('has a terminal where there is one, asks nobody where nobody is, and is silent for programs', () => {
    expect(openSsh({ address: 'a' }, { ...login, session: 'terminal' }).slice(-3)).toEqual(['-t', '--', 'a']);
    expect(openSsh({ address: 'a' }, { ...login, session: 'none' }).slice(-3)).toEqual(['-T', '--', 'a']);
    expect(openSsh({ address: 'a' }, { session: 'none', batch: true, quiet: true })).toEqual(expect.arrayContaining(['StrictHostKeyChecking=yes', 'BatchMode=yes', 'LogLevel=ERROR', 'ControlMaster=no']));
  });

  it('an address that looks like an option is none', () => {
    expect(openSsh({ address: '-oProxyCommand=x' }, login).slice(-2)).toEqual(['--', '-oProxyCommand=x']);
  });

  it('a pinned key is every name’s, whatever stands before it', () => {
    expect(pinnedFile('ssh-ed25519 AAAA a comment')).toBe('* ssh-ed25519 AAAA\n');
    expect(pinnedFile('web-1,203.0.113.10 ecdsa-sha2-nistp256 BBBB')).toBe('* ecdsa-sha2-nistp256 BBBB\n');
  });
});
