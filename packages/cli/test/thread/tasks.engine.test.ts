import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { execCommand, runTask, status, type ExecCommandOptions, type OneOffOptions, type TaskResult } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { composeProject, stageOf } from './stage.js';

engineTest('CLI_RUN, CLI_EXEC: commands in containers', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);
  const run = (command: readonly string[], more: Partial<OneOffOptions> = {}): Promise<TaskResult> => runTask(stage.ws, { service: 'api', command, detach: false, ...more });
  const exec = (command: readonly string[], more: Partial<ExecCommandOptions> = {}): Promise<TaskResult> => execCommand(stage.ws, { service: 'api', command, ...more });
  const oneOffs = async (): Promise<readonly string[]> => (await here.docker(['ps', '-a', '--format', '{{.Names}}', '--filter', 'label=stagecraft.run', '--filter', `label=stagecraft.project=${here.project}`])).split('\n').filter((name) => name !== '');

  it('are as the release has the service, give their exit code, leave nothing, and go on over a deploy and a rollback', async () => {
    await stage.write({
      ...config(here.project),
      ...compose(sleeper('api', [healthy, 'environment: { GREETING: "p$$q hello" }', 'volumes: ["./conf.txt:/conf.txt:ro"]', 'deploy: { replicas: 2 }']), sleeper('tool', ['profiles: [tools]', 'environment: { TOOL: "yes" }', 'volumes: ["./tool.txt:/tool.txt:ro"]', 'entrypoint: [sh, -c, "echo $$TOOL; cat /tool.txt"]'])),
      'conf.txt': 'conf\n',
      'tool.txt': 'of the tool\n',
    });
    await expect(run(['true'])).rejects.toMatchObject({ kind: 'user', code: 'SC5011' });
    await expect(exec(['true'])).rejects.toMatchObject({ kind: 'user', code: 'SC5011' });
    await stage.deploy();
    // What is not deployed counts for nothing.
    await writeFile(join(here.dir, 'conf.txt'), 'changed\n');
    const script = 'echo "$GREETING"; cat /conf.txt; nslookup api 2>/dev/null | grep -c "^Address.*[0-9]$"; exit 3';
    expect(await run(['sh', '-c', script])).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/^p\$q hello\nconf\n/) as unknown });
    expect(await exec(['sh', '-c', 'echo "$GREETING $HOSTNAME"; exit 4'], { index: 2 })).toMatchObject({ exitCode: 4, container: `${composeProject(here)}-api-2`, stdout: expect.stringMatching(/^p\$q hello /) as unknown });
    expect(await run([], { service: 'tool' })).toMatchObject({ exitCode: 0, stdout: 'yes\nof the tool\n' });
    expect(await oneOffs()).toEqual([]);
    await expect(run(['true'], { service: 'apo' })).rejects.toMatchObject({ code: 'SC5055', next: ['Services: api, tool'] });

    const { container } = await run(['sh', '-c', 'until [ -e /tmp/end ]; do sleep 0.1; done'], { detach: true });
    expect(await oneOffs()).toEqual([container]);
    await stage.write(compose(sleeper('api', [healthy, 'environment: { GREETING: other }', 'deploy: { replicas: 2 }'])));
    expect((await stage.deploy()).release?.changes).toEqual({ api: 'replaced' });
    await stage.rollback();
    expect(await stage.running('api')).toHaveLength(2);
    expect(await status(stage.ws)).toMatchObject({ healthy: true, drift: [] });
    expect(await oneOffs()).toEqual([container]);
    await here.docker(['exec', container, 'touch', '/tmp/end']);
    while ((await oneOffs()).length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  });
});
