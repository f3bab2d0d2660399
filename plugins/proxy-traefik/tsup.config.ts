import { defineConfig } from 'tsup';

export default defineConfig({ entry: ['src/proxy.ts'], format: 'esm', dts: true, clean: true, sourcemap: true, target: 'node20', platform: 'node' });
