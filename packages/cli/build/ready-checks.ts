import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Options } from 'tsup';
import { ajvFor, keyOf, type CompileOptions } from '../../core/src/config/checker.js';
import { configSchema } from '../../core/src/config/schema.js';
import { configSchema as generic } from '../../../plugins/provider-generic/src/schema.js';
import { configSchema as haproxy } from '../../../plugins/proxy-haproxy/src/config.js';
import { configSchema as traefik } from '../../../plugins/proxy-traefik/src/config.js';
import { configSchema as envfile } from '../../../plugins/secrets-envfile/src/config.js';

export { ajvFor, keyOf };

type Plugin = NonNullable<Options['esbuildPlugins']>[number];
type Schema = Parameters<typeof keyOf>[0];

/** The schemas that nearly every start checks. */
export const schemas: readonly { readonly schema: Schema; readonly options: CompileOptions }[] = [
  { schema: configSchema, options: { trusted: true } },
  ...[generic, haproxy, traefik, envfile].map((schema) => ({ schema, options: { defaults: true } })),
];

/** Puts checks that are compiled here in the place of core's empty file. */
export function readyChecks(): Plugin {
  return {
    name: 'ready-checks',
    setup(build) {
      build.onLoad({ filter: /core\/src\/config\/ready-checks\.ts$/ }, async ({ path }) => ({ contents: await readyChecksSource(), loader: 'js', resolveDir: dirname(path) }));
    },
  };
}

/** A module with the same export as core's file. */
export async function readyChecksSource(): Promise<string> {
  // The standalone form of ajv is CommonJS that no named import reaches.
  const standalone = createRequire(new URL('../../core/package.json', import.meta.url))('ajv/dist/standalone') as { default: (ajv: unknown, check: unknown) => string };
  const parts = await Promise.all(
    schemas.map(async ({ schema, options }) => {
      const ajv = await ajvFor(schema, options, { code: { source: true, lines: true } });
      const code = standalone.default(ajv, ajv.compile(schema as Record<string, unknown>));
      return `  get ${JSON.stringify(keyOf(schema, options))}() {\n    return made((module, exports) => {\n${code}\n});\n  },`;
    }),
  );
  return `function made(define) {
  const module = { exports: {} };
  define(module, module.exports);
  return module.exports;
}
export const readyChecks = {
${parts.join('\n')}
};
`;
}
