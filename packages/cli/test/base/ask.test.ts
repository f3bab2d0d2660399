import { describe, expect, it } from '@jest/globals';
import type { Question, StatusResult } from '@stagecraft/core';
import { inProject, run, type Ran, type RunOptions } from '../run.js';

const question: Question = { code: 'SC9', text: 'Roll back to v1?', choices: ['yes', 'no'], fallback: 'no' };
const healthy: StatusResult = { project: 'shop', environment: 'prod', healthy: true, drift: [], hosts: [], urls: [] };

async function asked(argv: readonly string[], options: RunOptions, what: Question = question): Promise<Ran & { answer: string }> {
  let answer = '';
  const ran = await inProject((cwd) =>
    run(['status', ...argv], {
      cwd,
      ...options,
      actions: {
        status: async (ws) => {
          answer = await ws.io.ask(what);
          return healthy;
        },
      },
    }),
  );
  return { ...ran, answer };
}

describe('CLI_GLOBAL_FLAGS: a question', () => {
  it('is answered at the terminal', async () => {
    const { answer, stderr } = await asked([], { tty: true, typed: 'yes\r' });
    expect(answer).toBe('yes');
    expect(stderr).toContain('Roll back to v1? [yes/no] (no) ');
  });

  it.each([
    ['y\r', 'yes'],
    ['YES\r', 'yes'],
    ['\r', 'no'],
    ['maybe\ry\r', 'yes'],
  ])('takes %j for %s', async (typed, wanted) => {
    expect((await asked([], { tty: true, typed })).answer).toBe(wanted);
  });

  it('takes any text where there are no choices', async () => {
    expect((await asked([], { tty: true, typed: 'my shop\r' }, { code: 'SC9', text: 'Name?', choices: [], fallback: 'shop' })).answer).toBe('my shop');
  });

  it('shows what is typed, but for what is hidden', async () => {
    const plain = await asked([], { tty: true, typed: 'my shop\r' }, { code: 'SC9', text: 'Name?', choices: [], fallback: '' });
    expect(plain.stderr).toContain('my shop');
    const hidden = await asked([], { tty: true, typed: 'open sesame\r' }, { code: 'SC9', text: 'Passphrase:', choices: [], fallback: '', hidden: true });
    expect(hidden.answer).toBe('open sesame');
    expect(hidden.stderr).toContain('Passphrase:');
    expect(hidden.stderr + hidden.stdout).not.toContain('sesame');
  });

  it('is not asked with --yes, and says what was answered', async () => {
    const { answer, stderr } = await asked(['--yes'], { tty: true });
    expect(answer).toBe('yes');
    expect(stderr).toContain('Roll back to v1? yes (--yes)');
  });

  it.each([
    ['in CI', [], { tty: true, env: { CI: 'true' } }],
    ['without a terminal', [], {}],
    ['with --json', ['--json'], { tty: true }],
    ['with --json-events', ['--json-events'], { tty: true }],
  ] as const)('has its fallback %s, which is said', async (_, argv, options) => {
    const { answer, stdout, stderr } = await asked(argv, options);
    expect(answer).toBe('no');
    expect(stdout + stderr).toMatch(/nobody to ask|"by":"fallback"/);
  });

  it('ends with Ctrl-C', async () => {
    const { exitCode } = await asked([], { tty: true, typed: '\u0003' });
    expect(exitCode).toBe(130);
  });
});
