import { describe, expect, it } from '@jest/globals';
import { createRedactor, type Event } from '@stagecraft/core';
import { guardOutput } from '../../src/base/output.js';
import { bare } from '../../src/render/paint.js';
import { createPlain } from '../../src/render/plain.js';
import { Sink } from '../run.js';
import { output, phase, step, story } from './events.js';

function plain(events: readonly Event[], options: { github?: boolean; verbose?: boolean } = {}): { stdout: string; stderr: string } {
  const [out, err] = [new Sink(), new Sink()];
  const redactor = createRedactor();
  let now = 0;
  const renderer = createPlain({
    stdout: guardOutput(out, redactor),
    stderr: guardOutput(err, redactor),
    paint: bare,
    verbose: options.verbose ?? false,
    now: () => (now += 500),
    github: options.github ?? false,
  });
  for (const event of events) renderer.event(event);
  void renderer.close();
  return { stdout: out.text, stderr: err.text };
}

describe('CLI_GLOBAL_FLAGS: plain output', () => {
  it('has a line an event on stderr, and leaves stdout to the result', () => {
    const { stdout, stderr } = plain(story);
    expect(stdout).toBe('');
    expect(stderr).toMatchInlineSnapshot(`
      "deploy of shop v2 to prod (r-2)
      build: 1 step
      [1/4] /web/build: its Dockerfile changed
        /web/build | #5 [2/4] RUN npm ci
      [1/4] /web/build: completed in 4.2s
      build: completed in 0.5s
      rollout: 3 steps
      [2/4] local/web/start: the image changed
      [2/4] local/web/start: completed in 0.9s
      [3/4] local/web/gate: a new container has to be healthy first
        local/web/gate: waiting for health of web-3
      [3/4] local/web/gate: completed in 5.1s
      rollout: completed in 0.5s
      decision: commit
      finalize: skipped
      r-2: completed in 12.3s
      "
    `);
  });

  it('folds a phase on GitHub', () => {
    const { stderr } = plain([phase('build', 'running', 1), step('/web/build', 'running'), phase('build', 'completed', 1)], { github: true });
    expect(stderr).toMatchInlineSnapshot(`
      "::group::build (1 step)
      [1/4] /web/build: web changed
      ::endgroup::
      build: completed in 0.5s
      "
    `);
  });

  it('closes an open group in the end', () => {
    expect(plain([phase('build', 'running', 1)], { github: true }).stderr).toBe('::group::build (1 step)\n::endgroup::\n');
  });

  it('never lets output of a tool begin a line, so that it cannot give orders to a CI', () => {
    expect(plain([output('/web/build', '::add-mask::x')]).stderr).toBe('  /web/build | ::add-mask::x\n');
  });

  it('takes control characters out of what others wrote', () => {
    expect(plain([output('/web/build', '\u001B[2Jgone\rback\u0000')]).stderr).toBe('  /web/build | goneback\n');
  });

  it('skips an event type that it does not know', () => {
    expect(plain([{ type: 'future' as never, code: 'acme/x', data: { text: 'x' } }]).stderr).toBe('');
  });

  it('shows a notice of a plugin by its own text', () => {
    expect(
      plain([
        {
          type: 'notice',
          code: 'acme/hello',
          data: { text: 'hello from acme' },
        },
      ]).stderr,
    ).toBe('hello from acme\n');
  });
});
