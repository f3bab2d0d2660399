import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', host: 'src/host.ts', 'plugin-api/index': 'src/plugin-api/index.ts' },
  format: 'esm',
  dts: true,
  clean: true,
  sourcemap: true,
  splitting: true,
  target: 'node20',
  platform: 'node',
});
