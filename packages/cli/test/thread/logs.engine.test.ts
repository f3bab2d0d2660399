import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { logs, type LogEntry, type LogsOptions } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config } from './applications.js';
import { composeProject, stageOf } from './stage.js';

engineTest('CLI_LOGS: what services print', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  const talker = (version: string): string => `  talk:\n    image: busybox:1.35\n    init: true\n    stop_grace_period: 1s\n    command: [sh, -c, "echo begun ${version}; echo to err >&2; n=0; while :; do n=$$((n + 1)); echo ${version} $$n; sleep 0.1; done"]\n`;

  interface Following {
    readonly seen: LogEntry[];
    until(text: string): Promise<void>;
    stop(): Promise<void>;
  }

  function follow(more: Partial<LogsOptions> = {}): Following {
    const seen: LogEntry[] = [];
    const stop = new AbortController();
    const reading = (async (): Promise<void> => {
      for await (const entry of logs({ ...stage.ws, signal: stop.signal }, { services: [], follow: true, ...more })) seen.push(entry);
    })();
    return {
      seen,
      async until(text) {
        for (const end = Date.now() + 60_000; !seen.some((entry) => entry.text === text); await sleep(50)) if (Date.now() > end) throw new Error(`"${text}" did not come, but ${seen.slice(-5).map((entry) => entry.text).join(', ')}`);
      },
      async stop() {
        stop.abort();
        await reading;
      },
    };
  }

  it('are followed over a restart, a deploy, and a container that ends at once; each line once', async () => {
    await stage.write({ ...config(here.project), ...compose(talker('v1')) });
    await stage.deploy();
    const all = follow();
    const late = follow({ tail: 0 });
    await all.until('v1 3');
    await here.docker(['restart', '-t', '1', `${composeProject(here)}-talk-1`]);
    for (const end = Date.now() + 30_000; all.seen.filter(({ text }) => text === 'begun v1').length < 2; await sleep(50)) expect(Date.now()).toBeLessThan(end);
    const labels = ['--label', `com.docker.compose.project=${composeProject(here)}`, '--label', 'com.docker.compose.service=brief', '--label', 'com.docker.compose.container-number=1'];
    await here.docker(['run', '--name', `${here.project}-brief`, ...labels, 'busybox:1.35', 'sh', '-c', 'echo one; echo two']);
    await all.until('two');
    await here.docker(['rm', `${here.project}-brief`]);
    await stage.write(compose(talker('v2')));
    await stage.deploy();
    await all.until('v2 5');
    await Promise.all([all.stop(), late.stop()]);

    const texts = (seen: readonly LogEntry[], stream: string): readonly string[] => seen.filter((entry) => entry.stream === stream && entry.service === 'talk').map(({ text }) => text);
    // The old release twice from its beginning, and beside its end the new one; nothing left out, nothing twice.
    const told = texts(all.seen, 'stdout');
    const runsOf = (version: string): readonly (readonly string[])[] => told.filter((text) => text.includes(version)).join('\n').split(/^begun .*\n/m).slice(1).map((run) => run.trim().split('\n'));
    expect([runsOf('v1').length, runsOf('v2').length]).toEqual([2, 1]);
    for (const version of ['v1', 'v2']) for (const lines of runsOf(version)) expect(lines).toEqual(lines.map((_, at) => `${version} ${at + 1}`));
    expect(texts(all.seen, 'stderr')).toEqual(['to err', 'to err', 'to err']);
    expect(all.seen.filter(({ service }) => service === 'brief').map(({ text, source }) => `${source} ${text}`)).toEqual(['brief-1 one', 'brief-1 two']);
    // Who asked for nothing of before has what came since.
    expect(late.seen.some(({ text }) => text === 'v1 1')).toBe(true);
    expect(texts(late.seen, 'stdout').filter((text) => text === 'begun v1')).toHaveLength(1);

    // Without following they are in order of time, and the last ones where few are asked for.
    const shown: LogEntry[] = [];
    for await (const entry of logs(stage.ws, { services: ['talk'], follow: false, tail: 3 })) shown.push(entry);
    expect(shown).toHaveLength(3);
    expect(shown.map(({ time }) => time)).toEqual(shown.map(({ time }) => time).sort());
    const run = async (): Promise<void> => {
      for await (const entry of logs(stage.ws, { services: ['tall'], follow: false })) shown.push(entry);
    };
    await expect(run()).rejects.toMatchObject({ kind: 'user', code: 'SC5040' });
  });
});
