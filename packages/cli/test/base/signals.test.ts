import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { fail, type Workspace } from '@stagecraft/core';
import { inProject, run, type Ran } from '../run.js';

/** Runs a deploy that is interrupted, and ends when `end` is called. */
async function interrupted(argv: readonly string[], act: (signals: EventEmitter, ws: Workspace) => Promise<void>): Promise<Ran> {
  const signals = new EventEmitter();
  const action = async (ws: Workspace): Promise<never> => {
    await act(signals, ws);
    throw ws.signal.reason ?? fail({ code: 'SC1', kind: 'external', message: 'not interrupted' });
  };
  return inProject((cwd) => run(argv, { cwd, world: { signals }, actions: { deploy: action, status: action } }));
}

describe('CLI_GLOBAL_FLAGS: the first interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 130],
  ])('%s asks a change to end and says so; exit code %i', async (signal, code) => {
    const { stderr, exitCode, left } = await interrupted(['deploy'], (signals, ws) => {
      expect(ws.signal.aborted).toBe(false);
      signals.emit(signal);
      expect(ws.signal.aborted).toBe(true);
      return Promise.resolve();
    });
    expect(stderr).toContain('finishing the running step; once more to leave now');
    expect(exitCode).toBe(code);
    expect(left).toEqual([]);
  });

  it('of a command that changes nothing needs no word', async () => {
    const { stderr, exitCode } = await interrupted(['status'], (signals) => {
      signals.emit('SIGINT');
      return Promise.resolve();
    });
    expect(stderr).not.toContain('finishing');
    expect(exitCode).toBe(130);
  });
});

describe('the second interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s leaves at once with %i', async (signal, code) => {
    const { left } = await interrupted(['deploy'], (signals) => {
      signals.emit('SIGINT');
      signals.emit(signal);
      return Promise.resolve();
    });
    expect(left).toEqual([code]);
  });

  it('is not the second telling of a closed terminal', async () => {
    const { left } = await interrupted(['deploy'], (signals) => {
      signals.emit('SIGHUP');
      signals.emit('SIGHUP');
      return Promise.resolve();
    });
    expect(left).toEqual([]);
  });
});

it('takes its listeners off in the end', async () => {
  const signals = new EventEmitter();
  await run(['version'], { world: { signals } });
  expect(signals.eventNames()).toEqual([]);
});
