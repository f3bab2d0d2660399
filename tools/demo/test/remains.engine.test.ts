import { expect, it } from '@jest/globals';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { remainsOf } from '../src/remains.js';

engineTest('what the demo leaves', () => {
  const scope = scratch();

  it('is found by name or label and removed, and nothing else is', async () => {
    const mark = `${scope.project}x`;
    const other = `${scope.project}other`;
    await scope.docker(['run', '--detach', '--name', `${mark}-1`, 'busybox:1.35', 'sleep', '60']);
    await scope.docker(['run', '--detach', '--name', `${other}-2`, '--label', `stagecraft.dir=${mark}`, '--volume', '/anonymous', 'busybox:1.35', 'sleep', '60']);
    await scope.docker(['network', 'create', `${mark}-edge`]);
    await scope.docker(['network', 'create', other]);
    await scope.docker(['volume', 'create', `${mark}_data`]);
    await scope.docker(['tag', 'busybox:1.35', `${mark}-api:1.0.0`]);
    const remains = remainsOf([mark], scope.env);
    expect([...(await remains.list())].sort()).toEqual([`container ${mark}-1`, `container ${other}-2`, `image ${mark}-api:1.0.0`, `network ${mark}-edge`, `volume ${mark}_data`].sort());
    await remains.remove();
    expect(await remains.list()).toEqual([]);
    expect((await scope.docker(['network', 'ls', '--format', '{{.Name}}'])).split('\n')).toContain(other);
    expect(await scope.docker(['images', '--quiet', 'busybox:1.35'])).not.toBe('');
  });
});
