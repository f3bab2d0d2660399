import { expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { renderOverlay } from '../../src/compose/overlay.js';
import { renderCompose } from '../../src/compose/render.js';
import { desired, nasty } from './support.js';

engineTest('DEPLOY_COMPOSE_GEN: a rendered release on a real engine', () => {
  const engine = scratch();

  it('gives a container every value, file and folder as it was', async () => {
    const files = { 'docker-compose.yml': 'services:\n  web:\n    image: busybox:1.35\n    command: ["sh", "-c", "sleep 600"]\n    init: true\n    volumes: ["./conf:/conf:ro", "./data:/data"]\n    secrets: [token]\nsecrets: { token: { environment: DB_PASSWORD } }\n', 'conf/a/b': 'content of b', 'conf/run.sh': '#!/bin/sh\n' };
    const { desired: plan, uploads } = await desired({ files, settings: { composeProject: engine.project }, input: { valuesKey: 'k' } });
    for (const { path, content, mode } of uploads) {
      mkdirSync(join(engine.dir, path, '..'), { recursive: true });
      writeFileSync(join(engine.dir, path), content, { mode });
    }
    const release = join(engine.dir, 'releases/r');
    mkdirSync(release, { recursive: true });
    writeFileSync(join(release, 'docker-compose.yml'), renderCompose(plan, 'local'));
    writeFileSync(join(engine.dir, 'overlay.yml'), renderOverlay({ desired: plan, host: 'local', values: { web: nasty }, labels: { release: 'r', operation: 'o', dir: engine.project } }), { mode: 0o600 });
    // `dir` marks what belongs to this test: it must be as unique as its project.
    await engine.docker(['compose', '-p', engine.project, '--project-directory', release, '-f', join(release, 'docker-compose.yml'), '-f', join(engine.dir, 'overlay.yml'), '--env-file', '/dev/null', 'up', '-d', '--no-deps', '--no-build']);

    const name = `${engine.project}-web-1`;
    const environment = await engine.docker(['exec', name, 'cat', '/proc/1/environ']);
    const got = Object.fromEntries(environment.split('\0').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    for (const [key, value] of Object.entries(nasty)) expect([key, got[key]]).toEqual([key, value]);
    expect((await engine.docker(['exec', name, 'cat', '/conf/a/b', '/run/secrets/token'])).trim()).toBe('content of bs3cret-value');
    expect((await engine.docker(['exec', name, 'sh', '-c', 'echo x >/data/x && ! echo x >/conf/x 2>/dev/null && echo fine'])).trim()).toBe('fine');
    const labels = JSON.parse(await engine.docker(['inspect', '-f', '{{json .Config.Labels}}', name])) as Record<string, string>;
    expect(labels).toMatchObject({ 'stagecraft.project': 'shop', 'stagecraft.release': 'r', 'stagecraft.service': 'web', 'stagecraft.dir': engine.project });
    expect((await engine.docker(['inspect', '-f', '{{.HostConfig.RestartPolicy.Name}}', name])).trim()).toBe('always');
  });
});
