import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { StatusResult, Workspace } from '@stagecraft/core';
import { inProject, run, type RunOptions } from '../run.js';

const healthy: StatusResult = { project: 'shop', environment: 'prod', healthy: true, drift: [], hosts: [], urls: [] };

/** The workspace that `status` gets. */
async function workspaceOf(argv: readonly string[], options: RunOptions): Promise<Workspace> {
  let seen: Workspace | undefined;
  const ran = await run(['status', ...argv], {
    ...options,
    actions: {
      status: (ws) => {
        seen = ws;
        return Promise.resolve(healthy);
      },
    },
  });
  if (seen === undefined) throw new Error(`status was not called: ${ran.stderr}`);
  return seen;
}

describe('CLI_GLOBAL_FLAGS: a setting', () => {
  it('comes from the flag before the variable', () =>
    inProject(async (cwd) => {
      const ws = await workspaceOf(['--env', 'prod'], { cwd, env: { STAGECRAFT_ENV: 'dev' } });
      expect(ws.environment).toBe('prod');
    }));

  it('comes from the variable where no flag is', () =>
    inProject(async (cwd) => {
      const ws = await workspaceOf([], { cwd, env: { STAGECRAFT_ENV: 'dev', STAGECRAFT_YES: 'true' } });
      expect(ws.environment).toBe('dev');
      expect(ws.yes).toBe(true);
    }));

  it('is absent where neither is, so that the config decides', () =>
    inProject(async (cwd) => {
      const ws = await workspaceOf([], { cwd });
      expect(ws).not.toHaveProperty('environment');
      expect(ws.yes).toBe(false);
    }));

  it('of a switch takes true or false, and nothing else', () =>
    inProject(async (cwd) => {
      const { stderr, exitCode } = await run(['status'], { cwd, env: { STAGECRAFT_YES: 'maybe' } });
      expect(stderr).toContain('STAGECRAFT_YES is "maybe"; it takes true or false');
      expect(exitCode).toBe(1);
    }));
});

describe('the project', () => {
  it('is the nearest folder above with a stagecraft.yml', () =>
    inProject(async (folder) => {
      await mkdir(join(folder, 'api', 'src'), { recursive: true });
      const ws = await workspaceOf([], { cwd: join(folder, 'api', 'src') });
      expect([ws.folder, ws.config]).toEqual([folder, 'stagecraft.yml']);
    }));

  it('is the folder of --config', () =>
    inProject(async (folder) => {
      await mkdir(join(folder, 'ops'));
      await writeFile(join(folder, 'ops', 'other.yml'), '');
      const ws = await workspaceOf(['--config', 'ops/other.yml'], { cwd: folder });
      expect([ws.folder, ws.config]).toEqual([join(folder, 'ops'), 'other.yml']);
    }));

  it('is missed with what to run', () =>
    inProject(async (cwd) => {
      const { stderr, exitCode } = await run(['status', '-c', 'none.yml'], { cwd });
      expect(stderr).toMatchInlineSnapshot(`
"error  there is no file none.yml, which --config (or STAGECRAFT_CONFIG) names  SC5411
    Run: stagecraft init --config none.yml
"
`);
      expect(exitCode).toBe(1);
    }));

  it('tells core the command line as typed', () =>
    inProject(async (cwd) => {
      expect((await workspaceOf(['-e', 'prod'], { cwd })).command).toBe('stagecraft status -e prod');
    }));
});

describe('the form of the output', () => {
  const statusIn = (cwd: string, argv: readonly string[], env: Record<string, string> = {}) => run(['status', ...argv], { cwd, env, actions: { status: () => Promise.resolve(healthy) } });

  it('is one document with --json', () =>
    inProject(async (cwd) => {
      const { stdout, stderr } = await statusIn(cwd, ['--json']);
      expect(JSON.parse(stdout)).toEqual(healthy);
      expect(stderr).toBe('');
    }));

  it('is events with --json-events, numbered, the last one the result', () =>
    inProject(async (cwd) => {
      const { stdout, stderr } = await statusIn(cwd, ['--json-events']);
      const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { v: number; seq: number; type: string; code: string });
      expect(lines.map((line) => [line.v, line.seq, line.type, line.code])).toEqual([
        [1, 1, 'operation', 'SC5401'],
        [1, 2, 'log', 'SC5402'],
        [1, 3, 'result', 'SC5400'],
      ]);
      expect(lines.at(-1)).toMatchObject({ data: { command: 'status', exitCode: 0, result: healthy } });
      expect(stderr).toBe('');
    }));

  it('can be one of the two only', () =>
    inProject(async (cwd) => {
      const { stdout, exitCode } = await statusIn(cwd, ['--json', '--json-events']);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SC5413', message: '--json and --json-events exclude each other' } });
      expect(exitCode).toBe(1);
    }));

  it('follows the flag where the variable says another', () =>
    inProject(async (cwd) => {
      const { stdout } = await statusIn(cwd, ['--json'], { STAGECRAFT_JSON_EVENTS: '1' });
      expect(JSON.parse(stdout)).toEqual(healthy);
    }));

  it('is JSON for an error as well, with the same on stderr for people', () =>
    inProject(async (cwd) => {
      const { stdout, stderr, exitCode } = await run(['status', '--json', '--nope'], { cwd });
      expect(JSON.parse(stdout)).toEqual({ error: { code: 'SC5410', kind: 'user', message: 'Nonexistent flag: --nope', next: ['stagecraft status --help'], findings: [] } });
      expect(stderr).toContain('Nonexistent flag: --nope');
      expect(exitCode).toBe(1);
    }));

  it('ends events with the error', () =>
    inProject(async (cwd) => {
      const { stdout, exitCode } = await run(['status', '--json-events', '-c', 'none.yml'], { cwd });
      const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as object;
      expect(last).toMatchObject({ type: 'result', code: 'SC5400', data: { command: 'status', exitCode: 1, error: { code: 'SC5411' } } });
      expect(exitCode).toBe(1);
    }));
});

describe('colours', () => {
  const escape = '\u001B[3';
  const statusWith = (cwd: string, argv: readonly string[], env: Record<string, string>) => run(['status', ...argv], { cwd, env, tty: true, actions: { status: () => Promise.resolve(healthy) } });

  it('are there on a terminal', () =>
    inProject(async (cwd) => {
      expect((await statusWith(cwd, [], { TERM: 'xterm' })).stdout).toContain(escape);
    }));

  it.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['STAGECRAFT_NO_COLOR', [], { STAGECRAFT_NO_COLOR: 'true' }],
  ])('are off with %s', (_, argv, env) =>
    inProject(async (cwd) => {
      const { stdout, stderr } = await statusWith(cwd, argv, env as Record<string, string>);
      expect(stdout + stderr).not.toContain(escape);
      expect(stdout).toContain('healthy');
    }),
  );

  it('are off where the output is no terminal', () =>
    inProject(async (cwd) => {
      const { stdout } = await run(['status'], { cwd, actions: { status: () => Promise.resolve(healthy) } });
      expect(stdout).not.toContain(escape);
    }));
});
