import { describe, expect, it } from '@jest/globals';
import type { BuildRequest } from '@stagecraft/core/plugin-api';
import { dockerBuild, settled } from '../src/argv.js';

const request: BuildRequest = { services: ['api'], tag: 'shop-api:v1', context: '.', args: {}, labels: {}, platforms: [], pull: false, noCache: false };

describe('PROVIDER_BACKEND_GENERIC: the docker build of a request', () => {
  it('names the tag and ends options before the context', () => {
    expect(dockerBuild(request).argv).toEqual(['docker', 'build', '--progress=plain', '--tag=shop-api:v1', '--', '.']);
  });

  it('gives arguments and labels in lexical order, whatever order they came in', () => {
    const { argv } = dockerBuild({ ...request, args: { B: '2', A: 'x y' }, labels: { z: '1', 'stagecraft.project': 'shop' } });
    expect(argv.slice(4, -2)).toEqual(['--build-arg=A', '--build-arg=B', '--label=stagecraft.project=shop', '--label=z=1']);
  });

  it('gives values of arguments and secrets by the environment alone, where nobody else reads them', () => {
    const secret = { name: 'token', reveal: () => 's3cret', toString: () => '***', toJSON: () => '***' };
    const { argv, variables } = dockerBuild({ ...request, args: { TOKEN: 'v4lue', HTTP_PROXY: 'http://proxy' }, secrets: [{ id: 'file', from: { file: 'a/b' } }, { id: 'token', from: { value: secret } }] });
    expect(argv.slice(4, -2)).toEqual(['--build-arg=HTTP_PROXY=http://proxy', '--build-arg=TOKEN', '--secret=id=file,src=a/b', '--secret=id=token,env=STAGECRAFT_BUILD_SECRET_1']);
    expect(variables).toEqual({ STAGECRAFT_BUILD_SECRET_1: 's3cret', TOKEN: 'v4lue', BUILDX_GIT_INFO: 'false' });
  });

  it('reads the Dockerfile from the context, as Compose does', () => {
    expect(dockerBuild({ ...request, context: 'api/', dockerfile: 'Dockerfile.prod' }).argv).toContain('--file=api/Dockerfile.prod');
    expect(dockerBuild({ ...request, dockerfile: 'Dockerfile.prod' }).argv).toContain('--file=Dockerfile.prod');
  });

  it("lays the provider's settings over Compose's", () => {
    const laid = settled({ build: { target: 'release', args: { NODE_ENV: 'production' } } }, { ...request, target: 'dev', args: { NODE_ENV: 'test', KEEP: '1' } });
    expect(laid).toMatchObject({ target: 'release', context: '.', args: { NODE_ENV: 'production', KEEP: '1' } });
  });
});
