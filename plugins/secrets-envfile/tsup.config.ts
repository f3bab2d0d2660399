import { defineConfig } from 'tsup';

export default defineConfig({ entry: ['src/secrets.ts'], format: 'esm', dts: true, clean: true, sourcemap: true, target: 'node20', platform: 'node' });
