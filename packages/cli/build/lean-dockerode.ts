import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * What dockerode loads at its start for things that Stagecraft never asks of it: BuildKit sessions and contexts for builds, engines behind TLS or SSH. Without
 * them it loads in 15 ms in place of 100, and has no native parts.
 */
const unused = /^(ssh2|https|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|@balena\/dockerignore)$/;

/** Bundles dockerode without what it is never asked for. */
export function leanDockerode(): Plugin {
  return {
    name: 'lean-dockerode',
    setup(build) {
      build.onResolve({ filter: unused }, ({ path, importer }) => (/node_modules\/(dockerode|docker-modem)\/lib\/[^/]+$/.test(importer) ? { path, namespace: 'unused' } : undefined));
      build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    },
  };
}
