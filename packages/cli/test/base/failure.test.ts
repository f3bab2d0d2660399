import { describe, expect, it } from '@jest/globals';
import { fail, type ErrorKind, type Finding } from '@stagecraft/core';
import { failureOf } from '../../src/base/failure.js';
import { failureText } from '../../src/render/failure.js';
import { bare } from '../../src/render/paint.js';
import { inProject, run } from '../run.js';

function textOf(error: unknown, options: { verbose?: boolean; env?: Record<string, string> } = {}): string {
  return failureText(failureOf(error, { command: 'deploy' }), { paint: bare, verbose: options.verbose ?? false, env: options.env ?? {} });
}

const findings: readonly Finding[] = [
  { severity: 'error', code: 'SC1001', message: 'unknown key "hots"; did you mean "hosts"?', location: { file: 'stagecraft.yml', line: 7, column: 5 } },
  { severity: 'warning', code: 'SC1002', message: 'no health check', service: 'web', next: ['add one to docker-compose.yml'] },
];

describe('CLI_GLOBAL_FLAGS: an error', () => {
  it('shows all findings with their places, then what happened and what to run', () => {
    const error = fail({ code: 'SC1000', kind: 'user', message: '1 error in stagecraft.yml', findings, next: ['stagecraft config validate'] });
    expect(textOf(error)).toMatchInlineSnapshot(`
"stagecraft.yml:7:5  error  unknown key "hots"; did you mean "hosts"?
web  warning  no health check
    add one to docker-compose.yml
error  1 error in stagecraft.yml  SC1000
    Run: stagecraft config validate
"
`);
  });

  it('shows the last lines of the tool that failed, harmless', () => {
    const error = fail({ code: 'SC3100', kind: 'external', message: 'docker exited with 1', tail: ['\u001B[31mno space left\u001B[0m', 'a\rb\u0007'] });
    expect(textOf(error)).toMatchInlineSnapshot(`
"error  docker exited with 1  SC3100
    | no space left
    | ab
"
`);
  });

  it('has its place in front', () => {
    expect(textOf(fail({ code: 'SC1', kind: 'user', message: 'duplicate key', location: { file: 'a.yml', line: 1, column: 2 } }))).toBe('a.yml:1:2  error  duplicate key  SC1\n');
  });

  it('tells what is behind it with --verbose only', () => {
    const error = fail({ code: 'SC2', kind: 'external', message: 'the engine does not answer', cause: new Error('connect ENOENT', { cause: new Error('deeper') }) });
    expect(textOf(error)).not.toContain('ENOENT');
    expect(textOf(error, { verbose: true })).toContain('    because: connect ENOENT\n    because: deeper\n');
  });

  it('is a bug with a stack when nobody meant it', () => {
    const text = textOf(new TypeError('x is undefined'));
    expect(text).toContain('error  TypeError: x is undefined  SC5499');
    expect(text).toContain('This is a bug in Stagecraft');
    expect(text).toMatch(/ {4}at .*failure\.test\.ts/);
  });

  it('has no stack when a user has to act', () => {
    expect(textOf(fail({ code: 'SC1', kind: 'user', message: 'wrong' }))).not.toMatch(/\bat .*:\d+/);
  });

  it('stands beside the lines of a pull request on GitHub', () => {
    const error = fail({ code: 'SC1', kind: 'user', message: 'wrong', findings: [{ severity: 'error', code: 'SC2', message: '100% wrong\nhere', location: { file: 'a,b.yml', line: 3, column: 4 } }] });
    expect(textOf(error, { env: { GITHUB_ACTIONS: 'true' } })).toContain('::error file=a%2Cb.yml,line=3,col=4::100%25 wrong%0Ahere\n');
  });
});

describe('the exit code', () => {
  const kinds: readonly (readonly [ErrorKind, number])[] = [
    ['user', 1],
    ['external', 2],
    ['bug', 3],
    ['returned', 4],
    ['mixed', 5],
    ['locked', 6],
    ['interrupted', 130],
  ];
  it.each(kinds)('of kind %s is %i', (kind, code) =>
    inProject(async (cwd) => {
      const { exitCode } = await run(['status'], { cwd, actions: { status: () => Promise.reject(fail({ code: 'SC1', kind, message: 'no' })) } });
      expect(exitCode).toBe(code);
    }),
  );

  it('of a bug is 3', () =>
    inProject(async (cwd) => {
      expect((await run(['status'], { cwd, actions: { status: () => Promise.reject(new TypeError('oops')) } })).exitCode).toBe(3);
    }));

  it.each([
    [['nope'], 'there is no command "nope"'],
    [['pla'], 'there is no command "pla"; did you mean "plan"?'],
    [['release', 'list'], 'did you mean "releases list"?'],
    [['releases', 'nope'], 'there is no command "releases nope"'],
    [['plan', '--nope'], 'Nonexistent flag: --nope'],
    [['plan', 'nope'], 'there is no command "plan nope"'],
    [['plan', '--format', 'pdf'], 'Expected --format=pdf to be one of: text, json, mermaid'],
    [['deploy', '--resume', '--abort'], '--abort'],
    [['releases', 'show'], 'Missing 1 required arg'],
  ])('of a wrong command line %j is 1', async (argv, text) => {
    const { stderr, exitCode } = await run(argv);
    expect(stderr).toContain(text);
    expect(stderr).toContain('Run: stagecraft');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(exitCode).toBe(1);
  });

  it('of a topic without a command is 0: it shows the commands', async () => {
    const { stdout, exitCode } = await run(['releases']);
    expect(stdout).toContain('releases list');
    expect(exitCode).toBe(0);
  });

  it('of a flag that wants a number is 1', () =>
    inProject(async (cwd) => {
      const { exitCode, stderr } = await run(['logs', '--tail', 'x'], { cwd });
      expect([exitCode, stderr]).toEqual([1, 'error  --tail: Expected an integer but received: x  SC5410\n    Run: stagecraft logs --help\n']);
    }));

  it('of a mistyped duration is 1', () =>
    inProject(async (cwd) => {
      const { stderr, exitCode } = await run(['deploy', '--lock-wait', '5 minutes'], { cwd });
      expect(stderr).toContain('"5 minutes" is no duration');
      expect(exitCode).toBe(1);
    }));
});
