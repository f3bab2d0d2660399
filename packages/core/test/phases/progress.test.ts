import { describe, expect, it } from '@jest/globals';
import { progressOf } from '../../src/phases/progress.js';
import type { JournalRecord } from '../../src/protocol/types.js';

const line = (record: Partial<JournalRecord>): JournalRecord => ({ prev: '', seq: 0, operation: 'op', session: 's', at: '2026-01-01T00:00:00Z', type: 'note', ...record });

describe('CLI_PHASE_EXECUTION_COMMON: what the journal says of an operation', () => {
  it('calls an intent without an outcome unknown', () => {
    const known = progressOf([line({ type: 'intent', step: 'a', attempt: 1, bootId: 'b1' })], 'op');
    expect(known.step('a', 'do')).toEqual({ state: 'unknown', attempts: 1, settled: false, bootId: 'b1' });
    expect(known.touched('a')).toBe(true);
  });

  it('calls a script with an outcome completed, and settled only when its goal was noted', () => {
    const script = [line({ type: 'intent', step: 'a', attempt: 1 }), line({ type: 'outcome', step: 'a', status: 'completed', attempt: 1, bootId: 'b1' })];
    expect(progressOf(script, 'op').step('a', 'do')).toMatchObject({ state: 'completed', settled: false });
    expect(progressOf([...script, line({ type: 'note', step: 'a', status: 'completed' })], 'op').step('a', 'do')).toMatchObject({ state: 'completed', settled: true });
  });

  it('begins anew with a second intent', () => {
    const known = progressOf([line({ type: 'outcome', step: 'a', status: 'completed', attempt: 1 }), line({ type: 'note', step: 'a' }), line({ type: 'intent', step: 'a', attempt: 2 })], 'op');
    expect(known.step('a', 'do')).toMatchObject({ state: 'unknown', attempts: 2, settled: false });
  });

  it('keeps the two directions of a step apart', () => {
    const known = progressOf([line({ type: 'outcome', step: 'a', status: 'completed' }), line({ type: 'intent', step: 'a', direction: 'undo', attempt: 1 })], 'op');
    expect(known.step('a', 'do')?.state).toBe('completed');
    expect(known.step('a', 'undo')?.state).toBe('unknown');
  });

  it('does not look at other operations', () => {
    const known = progressOf([line({ operation: 'other', type: 'intent', step: 'a' }), line({ operation: 'other', type: 'decision', message: 'abort' })], 'op');
    expect(known.touched('a')).toBe(false);
    expect(known.decision).toBeUndefined();
  });

  it('keeps when a phase began and when it ended', () => {
    const known = progressOf(
      [line({ type: 'phase', phase: 'rollout', status: 'running', at: 't1' }), line({ type: 'phase', phase: 'rollout', status: 'running', at: 't2' }), line({ type: 'phase', phase: 'rollout', status: 'completed', at: 't3' })],
      'op',
    );
    expect(known.phase('rollout')).toEqual({ status: 'completed', startedAt: 't1', finishedAt: 't3' });
    expect(known.phase('build')).toEqual({ status: 'pending' });
  });
});
