import { describe, expect, it } from '@jest/globals';
import type { OpenHost } from '../../src/actions/host.js';
import { forHosts, forToday, onHosts } from '../../src/actions/inventory.js';
import type { Desired } from '../../src/compose/model.js';
import type { HostSettings } from '../../src/config/types.js';

const hosts = (...names: readonly string[]): OpenHost[] => names.map((name) => ({ name }) as OpenHost);
const sealed = (...names: readonly string[]): Desired => ({ hosts: names.map((name) => ({ name, roles: ['app'] })) }) as unknown as Desired;
const today = (...names: readonly string[]): { readonly driver: 'ssh'; readonly hosts: readonly HostSettings[] } => ({ driver: 'ssh', hosts: names.map((name) => ({ name, roles: ['web'], location: { file: 'stagecraft.yml', line: 1, column: 1 } }) as unknown as HostSettings) });
const names = (desired: Desired): readonly string[] => desired.hosts.map(({ name }) => name);

describe('CLI_ROLLBACK: the hosts of a sealed release', () => {
  it('are those of today, with their roles of today', () => {
    expect(forToday(sealed('a', 'b'), hosts('a', 'b', 'c'), today('c', 'b', 'a')).hosts).toEqual(['a', 'b', 'c'].map((name) => ({ name, roles: ['web'] })));
  });

  it('are without those that take part in nothing', () => {
    expect(names(forToday(sealed('a', 'b', 'c'), hosts('a', 'b'), today('a', 'b', 'c')))).toEqual(['a', 'b']);
    expect(names(onHosts(sealed('a', 'b', 'c'), hosts('a', 'b')))).toEqual(['a', 'b']);
  });

  it('are those of then where the config names none, and the only one is that one by whatever name', () => {
    expect(names(forToday(sealed('a', 'b'), hosts('a', 'b'), { driver: 'ssh', hosts: [] }))).toEqual(['a', 'b']);
    expect(names(forToday(sealed('old'), hosts('local'), { driver: 'local', hosts: [] }))).toEqual(['old']);
  });

  it('of a deploy are those of the config that take part', () => {
    const settings = today('a', 'b', 'c');
    expect(forHosts(settings, hosts('a', 'b', 'c'))).toBe(settings);
    expect(forHosts(settings, hosts('a', 'c')).hosts.map(({ name }) => name)).toEqual(['a', 'c']);
  });
});
