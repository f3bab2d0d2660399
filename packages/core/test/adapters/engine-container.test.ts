import { describe, expect, it } from '@jest/globals';
import type Dockerode from 'dockerode';
import { containerState } from '../../src/adapters/engine-container.js';

describe('CLI_DEPLOY: what an engine says of a container', () => {
  it.each([
    [{ Name: 'always', MaximumRetryCount: 0 }, 'always'],
    [{ Name: 'on-failure', MaximumRetryCount: 3 }, 'on-failure:3'],
    [{ Name: 'on-failure', MaximumRetryCount: 0 }, 'on-failure'],
    [{ Name: '' }, 'no'],
    [undefined, 'no'],
  ])('its restart policy %j is what brings it back: %s', (RestartPolicy, said) => {
    const info = { Id: 'a', Name: '/a', Image: '', Config: {}, State: { Status: 'running' }, HostConfig: { RestartPolicy }, NetworkSettings: {}, Created: '' };
    expect(containerState(info as unknown as Dockerode.ContainerInspectInfo).restartPolicy).toBe(said);
  });
});
