import { describe, expect, it } from '@jest/globals';
import { exitCodes } from '@stagecraft/core';
import { globalFlags } from '../src/base/flags.js';
import { readManifest } from '../src/manifest.js';
import { root, run } from './run.js';

const { commands } = await readManifest(root);
const ids = Object.keys(commands);

describe('CLI_GLOBAL_FLAGS: --help', () => {
  it('of the program lists the commands', async () => {
    const { stdout, exitCode } = await run(['--help']);
    expect(stdout.replace(/stagecraft\/\S+ \S+-\S+ node-v\S+/, 'stagecraft/VERSION PLATFORM NODE')).toMatchSnapshot();
    expect(exitCode).toBe(0);
  });

  it.each(ids)('of %s shows flags, examples and exit codes', async (id) => {
    const { stdout, stderr, exitCode } = await run([...id.split(':'), '--help']);
    expect(stdout).toMatchSnapshot();
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('EXAMPLES');
    expect(stdout).toContain('EXIT CODES');
  });

  it('also answers to -h', async () => {
    expect((await run(['plan', '-h'])).stdout).toBe((await run(['plan', '--help'])).stdout);
  });
});

describe('every command', () => {
  it.each(ids)('%s has the global flags, the same everywhere', (id) => {
    const flags = commands[id]!.flags;
    const reference = commands['plan']!.flags;
    for (const name of Object.keys(globalFlags)) expect(flags[name]).toEqual(reference[name]);
  });

  it.each(ids.filter((id) => commands[id]!.mutates))('%s changes something, so it has --dry-run', (id) => {
    expect(commands[id]!.flags).toHaveProperty('dry-run');
  });

  it.each(ids)('%s declares exit codes of the one table, in order', (id) => {
    const declared = commands[id]!.exitCodes.map(String);
    expect(Object.keys(exitCodes)).toEqual(expect.arrayContaining(declared));
    expect(declared).toEqual([...declared].sort((a, b) => Number(a) - Number(b)));
    expect(declared).toEqual(expect.arrayContaining(['0', '1', '3']));
  });

  it.each(ids)('%s gives no short letter or variable to two flags', (id) => {
    const flags = Object.values(commands[id]!.flags);
    for (const key of ['char', 'env'] as const) {
      const given = flags.map((flag) => flag[key]).filter((value) => value !== undefined);
      expect(given).toEqual([...new Set(given)]);
    }
  });
});

describe('the version', () => {
  it('is told by --version in one line', async () => {
    const { stdout, exitCode } = await run(['--version']);
    expect(stdout).toMatch(/^stagecraft\/\d+\.\d+\.\d+ \S+ node-v\S+\n$/);
    expect(exitCode).toBe(0);
  });

  it('is told with the plugins by the command', async () => {
    const { stdout } = await run(['version', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      plugins: [{ name: '@stagecraft/provider-generic' }, { name: '@stagecraft/proxy-haproxy' }, { name: '@stagecraft/proxy-traefik' }, { name: '@stagecraft/secrets-envfile' }],
    });
  });
});
