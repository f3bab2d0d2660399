import { describe, expect, it } from '@jest/globals';
import xterm from '@xterm/headless';
import { createRedactor, holdsOpen, type Event } from '@stagecraft/core';
import { guardOutput } from '../../src/base/output.js';
import { bare, unicode } from '../../src/render/paint.js';
import { createTty } from '../../src/render/tty.js';
import { Sink } from '../run.js';
import { output, phase, step, story, waiting } from './events.js';

/** A terminal that is really one. */
class Screen extends Sink {
  readonly terminal: xterm.Terminal;
  constructor(columns: number, rows: number) {
    super(true);
    this.columns = columns;
    this.rows = rows;
    this.terminal = new xterm.Terminal({
      cols: columns,
      rows,
      allowProposedApi: true,
      convertEol: true,
      scrollback: 1000,
    });
  }
  override write(text: string): boolean {
    this.terminal.write(text);
    return super.write(text);
  }
  async lines(): Promise<string[]> {
    await new Promise<void>((done) => this.terminal.write('', done));
    const { active } = this.terminal.buffer;
    const all = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
  }
}

function live(columns = 80, rows = 24) {
  const screen = new Screen(columns, rows);
  let now = 0;
  const redactor = createRedactor();
  const renderer = createTty({
    stdout: guardOutput(screen, redactor),
    stderr: guardOutput(screen, redactor),
    paint: bare,
    signs: unicode,
    verbose: false,
    now: () => (now += 500),
  });
  return {
    screen,
    renderer,
    show: (events: readonly Event[]) => {
      for (const event of events) renderer.event(event);
    },
  };
}

describe('CLI_GLOBAL_FLAGS: the live tree', () => {
  it('leaves one picture of the whole in the end, and no rest of the pictures before', async () => {
    const { screen, renderer, show } = live();
    show(story);
    await renderer.close();
    expect((await screen.lines()).join('\n')).toMatchInlineSnapshot(`
      "deploy of shop v2 to prod (r-2)  12.3s  completed
      ✔ build         1 step  4.0s
      ✔ rollout       2 steps  7.0s
      – finalize      skipped"
    `);
  });

  it('leaves nothing behind when the tree shrinks', async () => {
    const { screen, renderer, show } = live();
    show([
      phase('build', 'running'),
      step('/web/build', 'running'),
      output('/web/build', 'AAAA'),
      output('/web/build', 'BBBB'),
      step('/web/build', 'completed'),
      phase('build', 'completed'),
    ]);
    await renderer.close();
    expect(await screen.lines()).toHaveLength(1);
  });

  it('keeps notices and findings above it, each once', async () => {
    const { screen, renderer, show } = live();
    show([
      phase('rollout', 'running'),
      step('local/web/start', 'running'),
      holdsOpen({ text: 'first notice' }),
      {
        type: 'finding',
        code: 'SC1',
        data: {
          severity: 'warning',
          code: 'SC1',
          message: 'no health check',
          service: 'web',
        },
      },
      step('local/web/start', 'completed', { durationMs: 900 }),
      holdsOpen({ text: 'second notice' }),
    ]);
    await renderer.close();
    const lines = await screen.lines();
    expect(lines.slice(0, 3)).toEqual(['first notice', 'web  warning  no health check', 'second notice']);
    expect(lines.filter((line) => line.includes('local/web'))).toHaveLength(1);
  });

  it('keeps every line of a result that comes meanwhile', async () => {
    const { screen, renderer, show } = live(80, 10);
    show([phase('rollout', 'running')]);
    for (let n = 0; n < 30; n++) {
      renderer.print(`line ${n}\n`);
      show([waiting('local/web/gate', `try ${n}`)]);
    }
    await renderer.close();
    const lines = await screen.lines();
    expect(lines.filter((line) => line.startsWith('line'))).toEqual(Array.from({ length: 30 }, (_, n) => `line ${n}`));
  });

  it('fits a low terminal', async () => {
    const { screen, renderer, show } = live(80, 6);
    show([phase('rollout', 'running'), ...Array.from({ length: 12 }, (_, n) => step(`local/s${n}/start`, 'running')), holdsOpen({ text: 'a notice' })]);
    await renderer.close();
    const lines = await screen.lines();
    expect(lines[0]).toBe('a notice');
    expect(lines).toHaveLength(6);
    expect(lines.join('\n')).toContain('more lines)');
  });

  it('steps aside for a question, and comes back', async () => {
    const { screen, renderer, show } = live();
    show([phase('rollout', 'running'), step('local/web/start', 'running')]);
    renderer.pause();
    screen.write('Go on? [yes/no] yes\n');
    show([step('local/web/start', 'completed')]);
    expect(await screen.lines()).toEqual(['Go on? [yes/no] yes']);
    renderer.resume();
    await renderer.close();
    expect(await screen.lines()).toHaveLength(3);
  });

  it('gives the cursor back', async () => {
    const { screen, renderer, show } = live();
    show(story);
    await renderer.close();
    expect(screen.text.lastIndexOf('\u001B[?25h')).toBeGreaterThan(screen.text.lastIndexOf('\u001B[?25l'));
  });

  it('writes nothing when nothing changed', async () => {
    const screen = new Screen(80, 24);
    const redactor = createRedactor();
    const renderer = createTty({
      stdout: guardOutput(screen, redactor),
      stderr: guardOutput(screen, redactor),
      paint: bare,
      signs: unicode,
      verbose: false,
      now: () => 0,
    });
    renderer.event(phase('rollout', 'running'));
    const before = screen.text.length;
    renderer.event(phase('rollout', 'running'));
    expect(screen.text).toHaveLength(before);
    await renderer.close();
  });
});
