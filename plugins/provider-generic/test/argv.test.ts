import { describe, expect, it } from '@jest/globals';
import type { BuildRequest } from '@stagecraft/core/plugin-api';
import { dockerBuild, settled } from '../src/argv.js';

const request: BuildRequest = { services: ['api'], tag: 'shop-api:v1', context: '.', args: {}, labels: {}, platforms: [], pull: false, noCache: false };

describe('PROVIDER_BACKEND_GENERIC: the docker build of a request', () => {
  it('names the tag and ends options before the context', () => {
    expect(dockerBuild(request)).toEqual(['docker', 'build', '--progress=plain', '--tag=shop-api:v1', '--', '.']);
  });

  it('gives arguments and labels in lexical order, whatever order they came in', () => {
    const argv = dockerBuild({ ...request, args: { B: '2', A: 'x y' }, labels: { z: '1', 'stagecraft.project': 'shop' } });
    expect(argv.slice(4, -2)).toEqual(['--build-arg=A=x y', '--build-arg=B=2', '--label=stagecraft.project=shop', '--label=z=1']);
  });

  it('reads the Dockerfile from the context, as Compose does', () => {
    expect(dockerBuild({ ...request, context: 'api/', dockerfile: 'Dockerfile.prod' })).toContain('--file=api/Dockerfile.prod');
    expect(dockerBuild({ ...request, dockerfile: 'Dockerfile.prod' })).toContain('--file=Dockerfile.prod');
  });

  it("lays the provider's settings over Compose's", () => {
    const laid = settled({ build: { target: 'release', args: { NODE_ENV: 'production' } } }, { ...request, target: 'dev', args: { NODE_ENV: 'test', KEEP: '1' } });
    expect(laid).toMatchObject({ target: 'release', context: '.', args: { NODE_ENV: 'production', KEEP: '1' } });
  });
});
