import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { leanDockerode } from './build/lean-dockerode.ts';
import { readyChecks } from './build/ready-checks.ts';
import { readManifest } from './src/manifest.ts';

const dist = fileURLToPath(new URL('./dist', import.meta.url));

/**
 * The host, core and oclif in one bundle, an entry for each command: a start reads few files. Heavy parts are chunks of their own that are read
 * when they are needed.
 */
export default defineConfig({
  entry: ['src/main.ts', 'src/help/index.ts', 'src/commands/**/*.ts'],
  format: 'esm',
  clean: true,
  sourcemap: true,
  splitting: true,
  target: 'node20',
  platform: 'node',
  noExternal: [/^@oclif\/core/, /^@stagecraft\/core/, 'dockerode'],
  // ssh2 has parts in C that are built, or not, where it is installed.
  external: ['node-ssh', 'ssh2', 'typescript', 'ts-node', 'tsx', /^debug\/src\/browser/],
  esbuildPlugins: [readyChecks(), leanDockerode()],
  esbuildOptions(options) {
    options.conditions = ['stagecraft-source'];
  },
  // CommonJS packages in the bundle ask for these.
  banner: {
    js: "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);",
  },
  async onSuccess() {
    await writeFile(`${dist}/oclif.manifest.json`, `${JSON.stringify(await readManifest(dist), null, 2)}\n`);
  },
});
