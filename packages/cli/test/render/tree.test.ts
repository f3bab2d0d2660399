import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Event } from '@stagecraft/core';
import { ascii, bare, unicode } from '../../src/render/paint.js';
import { advance, noProgress } from '../../src/render/progress.js';
import { widthOf } from '../../src/render/text.js';
import { treeLines } from '../../src/render/tree.js';
import { begins, output, phase, step, story, waiting } from './events.js';

/** The tree after these events, a second apart. */
function tree(events: readonly Event[], options: { width?: number; height?: number; signs?: typeof unicode } = {}): string[] {
  const progress = events.reduce((state, event, at) => advance(state, event, at * 1000), noProgress);
  return treeLines(progress, {
    now: events.length * 1000,
    width: options.width ?? 80,
    height: options.height ?? 24,
    paint: bare,
    signs: options.signs ?? unicode,
  });
}

describe('CLI_GLOBAL_FLAGS: the tree', () => {
  it('shows under a running phase each service with what it does, why, and since when', () => {
    expect(tree(story.slice(0, 10)).join('\n')).toMatchInlineSnapshot(`
      "deploy of shop v2 to prod (r-2)  10.0s  2/4
      ✔ build         1 step  4.0s
      ⠋ rollout       4.0s
          ⠋ local/web  gate  a new container has to be healthy first  1.0s"
    `);
  });

  it('says what a long wait waits for', () => {
    expect(tree(story.slice(0, 11)).join('\n')).toContain('waiting for health of web-3');
  });

  it('shows the last lines of output under the step that runs', () => {
    const lines = tree([phase('build', 'running'), step('/web/build', 'running'), ...[1, 2, 3, 4, 5, 6].map((n) => output('/web/build', `line ${n}`))]);
    expect(lines.slice(2).map((line) => line.trim())).toEqual(['│ line 3', '│ line 4', '│ line 5', '│ line 6']);
  });

  it('takes one line for what is done', () => {
    expect(tree(story).join('\n')).toMatchInlineSnapshot(`
      "deploy of shop v2 to prod (r-2)  12.3s  completed
      ✔ build         1 step  4.0s
      ✔ rollout       2 steps  7.0s
      – finalize      skipped"
    `);
  });

  it('keeps a failed step, its reason and its output in sight, and shows the way back', () => {
    const failed = [
      begins(),
      phase('rollout', 'running'),
      step('local/web/start', 'completed', { durationMs: 900 }),
      step('local/web/gate', 'running'),
      output('local/web/gate', 'panic: no database'),
      step('local/web/gate', 'failed', { durationMs: 60_000 }),
    ];
    expect(tree(failed).join('\n')).toMatchInlineSnapshot(`
      "deploy of shop v2 to prod (r-2)  6.0s  1/4
      ⠋ rollout       5.0s
          ✖ local/web  gate  web changed  1m 00s
            │ panic: no database"
    `);
    expect(tree([...failed, step('local/web/start', 'undoing')]).join('\n')).toContain('taking back start');
    expect(tree([...failed, step('local/web/start', 'undone'), phase('rollout', 'failed')]).join('\n')).toContain('local/web');
  });

  it('shows steps that no phase was told for', () => {
    expect(tree([begins(), step('local/web/pull', 'running'), waiting('local/web/pull', 'the registry')]).join('\n')).toContain('local/web  pull  waiting for the registry');
    expect(tree([step('local/web/pull', 'completed', { durationMs: 900 }), phase('rollout', 'running')]).map((line) => line.trim())).toEqual(['✔ local/web  pull  0.9s', '⠋ rollout       1.0s']);
  });

  it('needs no Unicode', () => {
    // eslint-disable-next-line no-control-regex
    expect(tree(story.slice(0, 11), { signs: ascii }).join('\n')).toMatch(/^[\u0000-\u007F]*$/);
  });

  it('never is wider or higher than the terminal', () => {
    const ids = fc.constantFrom('local/web/start', 'local/web/gate', 'local/a-service-with-a-very-long-name-indeed/drain', '/web/build', 'web-1/worker/stop');
    const events = fc.oneof(
      fc.constant(begins()),
      fc
        .tuple(fc.constantFrom('build' as const, 'rollout' as const), fc.constantFrom('running' as const, 'completed' as const, 'failed' as const))
        .map(([name, status]) => phase(name, status)),
      fc
        .tuple(ids, fc.constantFrom('running' as const, 'completed' as const, 'failed' as const, 'undoing' as const), fc.string({ unit: 'grapheme', maxLength: 200 }))
        .map(([id, status, why]) => step(id, status, { why })),
      fc.tuple(ids, fc.string({ unit: 'grapheme', maxLength: 200 })).map(([id, text]) => waiting(id, text)),
      fc.tuple(ids, fc.string({ unit: 'grapheme', maxLength: 200 })).map(([id, text]) => output(id, text)),
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), fc.integer({ min: 80, max: 200 }), fc.integer({ min: 5, max: 40 }), (list, width, height) => {
        const lines = tree(list, { width, height });
        expect(lines.length).toBeLessThan(height);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
