import type { BuildRequest } from '@stagecraft/core/plugin-api';
import type { GenericConfig } from './schema.js';

/** The request with the provider's own settings laid over it. */
export function settled(config: GenericConfig, request: BuildRequest): BuildRequest {
  const build = config.build ?? {};
  return {
    ...request,
    ...(build.context === undefined ? {} : { context: build.context }),
    ...(build.dockerfile === undefined ? {} : { dockerfile: build.dockerfile }),
    ...(build.target === undefined ? {} : { target: build.target }),
    args: { ...request.args, ...Object.fromEntries(Object.entries(build.args ?? {}).map(([name, value]) => [name, String(value)])) },
  };
}

/** The `docker build` of a request. The image's id comes from the engine afterwards, by its tag. */
export function dockerBuild(request: BuildRequest): readonly string[] {
  return [
    'docker',
    'build',
    '--progress=plain',
    `--tag=${request.tag}`,
    ...(request.dockerfile === undefined ? [] : [`--file=${inContext(request.context, request.dockerfile)}`]),
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...pairs('--build-arg', request.args),
    ...pairs('--label', request.labels),
    ...(request.platforms.length === 0 ? [] : [`--platform=${request.platforms.join(',')}`]),
    ...(request.pull ? ['--pull'] : []),
    ...(request.noCache ? ['--no-cache'] : []),
    '--',
    request.context,
  ];
}

/** Compose reads `dockerfile` from the context; `docker build --file` from the working folder. */
function inContext(context: string, dockerfile: string): string {
  if (dockerfile.startsWith('/') || context === '.') return dockerfile;
  return `${context.replace(/\/$/, '')}/${dockerfile}`;
}

function pairs(flag: string, values: Readonly<Record<string, string>>): string[] {
  return Object.keys(values)
    .sort()
    .map((name) => `${flag}=${name}=${values[name]}`);
}
