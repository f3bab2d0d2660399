import { describe, expect, it } from '@jest/globals';
import { aptConfiguration, archiveIn, candidateIn, closureArguments, foreignSource, neededIn } from '../src/own/apt.js';
import { distributionIn } from '../src/own/distribution.js';
import { versionOf } from '../src/own/packages.js';

describe('CORE_STATE_TEST_ISOLATION: our own apt', () => {
  it('writes into its folder only, and runs no hook of the machine', () => {
    const text = aptConfiguration('/cache/apt', true);
    const folders = [...text.matchAll(/^Dir::\S+ "([^"]+)";$/gm)].map((match) => match[1] ?? '');
    expect(folders.filter((folder) => folder.startsWith('/') && !folder.startsWith('/cache/apt'))).toEqual([]);
    expect(text).toContain('Dir::State "/cache/apt";');
    expect(text).toContain('#clear APT::Update::Post-Invoke;');
    expect(text).toContain('#clear DPkg::Post-Invoke;');
    expect(text).not.toContain('Dir::Etc');
  });

  it('reads another suite from a source list of its own', () => {
    const text = aptConfiguration('/cache/apt', false);
    expect(text).toContain('Dir::Etc::SourceList "/cache/apt/sources.list";');
    expect(text).toContain('Dir::Etc::SourceParts "/dev/null";');
    expect(foreignSource('http://mirror.test/debian/', 'trixie')).toBe('deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.test/debian/ trixie main\n');
  });

  it('downloads and never installs', () => {
    expect(closureArguments(['runc', 'tini'])).toEqual(['-qq', '-y', '--no-install-recommends', '--download-only', 'install', 'runc', 'tini']);
  });

  it('takes the archive that the machine reads its own suite from', () => {
    const targets = 'http://other.test/node|nodistro|main\nhttp://mirror.test/debian/|bookworm|main\nhttp://mirror.test/debian-security/|bookworm-security|main\n';
    expect(archiveIn(targets, 'bookworm')).toBe('http://mirror.test/debian/');
    expect(archiveIn(targets, 'trixie')).toBeUndefined();
  });

  it('reads a candidate, or that there is none', () => {
    expect(candidateIn('docker.io:\n  Installed: (none)\n  Candidate: 26.1.5+dfsg1-9\n')).toBe('26.1.5+dfsg1-9');
    expect(candidateIn('docker.io:\n  Installed: (none)\n  Candidate: (none)\n')).toBeUndefined();
    expect(candidateIn('')).toBeUndefined();
  });

  it('reads what would be installed, new and in place of an older one', () => {
    expect(neededIn('Inst libc6 [2.36-9] (2.41-12 Debian:13.1/stable [amd64]) []\nInst docker.io (26.1.5+dfsg1-9 Debian:13.1/stable [amd64])\nConf libc6 (2.41-12 Debian:13.1/stable [amd64])\n')).toEqual(['libc6=2.41-12', 'docker.io=26.1.5+dfsg1-9']);
  });

  it('reads name and version of a package file, epoch included', () => {
    expect(versionOf('/x/redis-tools_5%3a7.0.15-1~deb12u10_amd64.deb')).toEqual({ 'redis-tools': '5:7.0.15-1~deb12u10' });
  });

  it('knows Debian and Ubuntu by their os-release and nothing else', () => {
    expect(distributionIn('PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_CODENAME=bookworm\nID=debian\n')).toEqual({ id: 'debian', codename: 'bookworm' });
    expect(distributionIn('ID=ubuntu\nVERSION_CODENAME="noble"\nID_LIKE=debian\n')).toEqual({ id: 'ubuntu', codename: 'noble' });
    expect(distributionIn('ID="alpine"\n')).toBeUndefined();
  });
});
