import { describe, expect, it } from '@jest/globals';
import { fail, holdsOpen, logged, stepOutput, type StatusResult, type Workspace } from '@stagecraft/core';
import { inProject, run, type RunOptions } from '../run.js';

const canary = 'c4n4ry/"quoted"+&=';
const forms = [canary, Buffer.from(canary).toString('base64'), encodeURIComponent(canary), JSON.stringify(canary).slice(1, -1)];

/** An action that lets the secret out by every way that it has. */
async function leaky(ws: Workspace): Promise<StatusResult> {
  ws.io.hide?.([canary]);
  for (const text of forms) {
    ws.io.event(holdsOpen({ text }));
    ws.io.event(stepOutput({ step: `local/${text}/start`, line: text, stream: 'stdout' }));
    ws.io.event(logged({ level: 'debug', message: text, details: { [text]: text } }));
    ws.io.event({ type: 'finding', code: 'SC1', data: { severity: 'warning', code: 'SC1', message: text, next: [text], service: text } });
    ws.io.event({ type: 'notice', code: 'acme/note', data: { text } });
  }
  await ws.io.ask({ code: 'SC2', text: forms[0]!, choices: [], fallback: forms[1]! });
  return { project: forms[0]!, environment: forms[1]!, healthy: false, drift: [{ kind: 'containers', service: 'web', text: forms.join(' ') }], hosts: [], urls: forms };
}

const ways: readonly (readonly [string, readonly string[], RunOptions])[] = [
  ['lines', [], {}],
  ['a live tree', [], { tty: true }],
  ['one document', ['--json'], {}],
  ['events', ['--json-events'], {}],
  ['the log', ['--verbose'], {}],
  ['GitHub groups', [], { env: { GITHUB_ACTIONS: 'true', CI: 'true' } }],
];

describe('CLI_GLOBAL_FLAGS: a secret never appears', () => {
  it.each(ways)('in %s', (_, argv, options) =>
    inProject(async (cwd) => {
      const { stdout, stderr } = await run(['status', '--yes', ...argv], { cwd, ...options, actions: { status: leaky } });
      expect(stdout + stderr).toContain('***');
      for (const form of forms) expect(stdout + stderr).not.toContain(form);
    }),
  );

  it.each(ways)('in the error of %s', (_, argv, options) =>
    inProject(async (cwd) => {
      const status = async (ws: Workspace): Promise<never> => {
        await leaky(ws);
        throw fail({ code: 'SC3', kind: 'external', message: forms.join(' '), next: forms, tail: forms, findings: [{ severity: 'error', code: 'SC4', message: forms[0]! }], cause: new Error(forms[0]) });
      };
      const { stdout, stderr } = await run(['status', '--yes', ...argv], { cwd, ...options, actions: { status } });
      for (const form of forms) expect(stdout + stderr).not.toContain(form);
    }),
  );

  it.each(ways)('in the stack of a bug of %s', (_, argv, options) =>
    inProject(async (cwd) => {
      const status = (ws: Workspace): Promise<never> => {
        ws.io.hide?.([canary]);
        return Promise.reject(new TypeError(canary));
      };
      const { stdout, stderr, exitCode } = await run(['status', ...argv], { cwd, ...options, actions: { status } });
      expect(exitCode).toBe(3);
      for (const form of forms) expect(stdout + stderr).not.toContain(form);
    }),
  );
});
