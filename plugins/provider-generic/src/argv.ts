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

/** A process, and what it finds in its environment beside the operator's own. */
export interface BuildProcess {
  readonly argv: readonly string[];
  /** Everybody on the machine may read the arguments of a process, so values of build arguments and secrets are not among them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The `docker build` of a request. The image's id comes from the engine afterwards, by its tag. */
export function dockerBuild(request: BuildRequest): BuildProcess {
  const secrets = request.secrets ?? [];
  const passed = Object.entries(request.args).filter(([name]) => !readByDocker.test(name));
  const revealed = secrets.flatMap(({ from }, index): [string, string][] => ('value' in from ? [[`STAGECRAFT_BUILD_SECRET_${index}`, from.value.reveal()]] : []));
  return { argv: argvOf(request), variables: { ...Object.fromEntries([...passed, ...revealed]), ...withoutGit } };
}

// buildx would ask git about the folder, and git would find the values in its environment. Source: docs.docker.com/build/building/variables
const withoutGit = { BUILDX_GIT_INFO: 'false' };

// Variables with which the program itself would do something.
const readByDocker = /^(?:BUILDKIT_.*|BUILDX_.*|DOCKER_.*|DO_NOT_TRACK|GO[A-Z0-9]*|HOME|LC_.*|LD_.*|OTEL_.*|PATH|PWD|SOURCE_DATE_EPOCH|SSH_.*|SSL_.*|TMPDIR|USER|XDG_.*|.*_PROXY)$/i;

function argvOf(request: BuildRequest): readonly string[] {
  return [
    'docker',
    'build',
    '--progress=plain',
    `--tag=${request.tag}`,
    ...(request.dockerfile === undefined ? [] : [`--file=${inContext(request.context, request.dockerfile)}`]),
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...Object.keys(request.args).sort().map((name) => `--build-arg=${name}${readByDocker.test(name) ? `=${request.args[name]}` : ''}`),
    ...(request.secrets ?? []).map(({ id, from }, index) => `--secret=id=${id},${'value' in from ? `env=STAGECRAFT_BUILD_SECRET_${index}` : `src=${from.file}`}`),
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
