import { expect, it } from '@jest/globals';
import { engineSocket, engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { engineAt } from '../../src/adapters/engine.js';

engineTest('CLI_LOGS, CLI_STATUS: reads of a real engine', () => {
  const { project, docker } = scratch();
  const label = `stagecraft.test=${project}`;
  const engine = () => engineAt(engineSocket());
  const start = (name: string, ...rest: string[]): Promise<string> => docker(['run', '-d', '--name', `${project}-${name}`, '--label', label, ...rest]);

  it('tells version, architecture and id', async () => {
    const info = await engine().info();
    expect(info.version).toMatch(/^\d+\.\d+/);
    expect(info.os).toBe('linux');
    expect(info.id).not.toBe('');
  });

  it('lists containers of any status with what a rollout must know of them', async () => {
    await start('up', '--restart', 'always', '--label', 'com.docker.compose.service=web', '--label', 'com.docker.compose.container-number=2', 'busybox:1.35', 'sleep', '600');
    await start('down', '--label', 'com.docker.compose.service=job', 'busybox:1.35', 'sh', '-c', 'exit 3');
    await docker(['wait', `${project}-down`]);
    const [job, web] = (await engine().list({ 'stagecraft.test': project })).filter((c) => c.service !== undefined);
    expect(job).toMatchObject({ service: 'job', status: 'exited', exitCode: 3, restartPolicy: 'no', pid: 0 });
    expect(web).toMatchObject({ service: 'web', number: 2, status: 'running', restartPolicy: 'always', restartCount: 0, name: `${project}-up` });
    expect(web?.image).toMatch(/^sha256:/);
    expect(web?.pid).toBeGreaterThan(0);
    expect(Object.keys(web?.networks ?? {})).toEqual(['bridge']);
  });

  it('says undefined of what is not there', async () => {
    expect(await engine().inspect('stagecraft-no-such-container')).toBeUndefined();
    expect(await engine().image('stagecraft-no-such-image:1')).toBeUndefined();
  });

  it('follows health to its end', async () => {
    await start('sick', '--health-cmd', 'echo no database; exit 1', '--health-interval', '200ms', '--health-retries', '1', 'busybox:1.35', 'sleep', '600');
    for (let tries = 0; tries < 100; tries += 1) {
      const found = await engine().inspect(`${project}-sick`);
      if (found?.health === 'unhealthy') {
        expect(found.healthOutput).toBe('no database');
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('never unhealthy');
  });

  it('reads a log without losing, tearing or mixing a line, of both streams', async () => {
    await start('talk', 'busybox:1.35', 'sh', '-c', 'i=0; while [ $i -lt 3000 ]; do echo "out $i ä"; echo "err $i" >&2; i=$((i+1)); done; printf "no newline"');
    await docker(['wait', `${project}-talk`]);
    const lines: { stream: string; text: string; time: string }[] = [];
    for await (const line of engine().logs(`${project}-talk`)) lines.push(line);
    expect(lines.filter((line) => line.stream === 'stdout').map((line) => line.text)).toEqual([...Array.from({ length: 3000 }, (_, i) => `out ${i} ä`), 'no newline']);
    expect(lines.filter((line) => line.stream === 'stderr').map((line) => line.text)).toEqual(Array.from({ length: 3000 }, (_, i) => `err ${i}`));
    expect(lines.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(line.time))).toBe(true);
  });

  it('begins a log at a moment, as RFC 3339 or in seconds', async () => {
    await start('later', 'busybox:1.35', 'sh', '-c', 'echo one; sleep 0.2; echo two');
    await docker(['wait', `${project}-later`]);
    const texts = async (since: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for await (const line of engine().logs(`${project}-later`, { since })) found.push(line.text);
      return found;
    };
    const times: string[] = [];
    for await (const line of engine().logs(`${project}-later`)) times.push(line.time);
    expect(await texts(times[0] ?? '')).toEqual(['one', 'two']);
    expect(await texts(times[1] ?? '')).toEqual(['two']);
    expect(await texts(new Date(Date.parse(times[1] ?? '') - 50).toISOString())).toEqual(['two']);
    expect(await texts(String(Date.parse(times[1] ?? '') / 1000 + 1))).toEqual([]);
  });

  it('follows a log until the signal', async () => {
    await start('tick', 'busybox:1.35', 'sh', '-c', 'while :; do echo tick; sleep 0.1; done');
    const stop = new AbortController();
    let seen = 0;
    for await (const line of engine().logs(`${project}-tick`, { follow: true, signal: stop.signal })) {
      expect(line.text).toBe('tick');
      seen += 1;
      if (seen === 5) stop.abort();
    }
    expect(seen).toBeGreaterThanOrEqual(5);
  });

  it('keeps the last lines only when asked', async () => {
    await start('three', 'busybox:1.35', 'sh', '-c', 'echo one; echo two; echo three');
    await docker(['wait', `${project}-three`]);
    const lines: string[] = [];
    for await (const line of engine().logs(`${project}-three`, { tail: 2 })) lines.push(line.text);
    expect(lines).toEqual(['two', 'three']);
  });

  it('says which socket does not answer, and what to do', async () => {
    await expect(engineAt('/nonexistent/docker.sock').info()).rejects.toMatchObject({ code: 'SC3501', kind: 'external', message: expect.stringContaining('/nonexistent/docker.sock') });
  });
});
