import { existsSync, readdirSync } from 'node:fs';

/** Tests run on the sources in ESM: no build is needed (the export condition leads to src). */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  setupFiles: ['console', 'seed'].map((name) => new URL(`./test-support/${name}.mjs`, import.meta.url).pathname),
  setupFilesAfterEnv: [new URL('./test-support/after.mjs', import.meta.url).pathname],
  testEnvironmentOptions: { customExportConditions: ['stagecraft-source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { swcrc: false, sourceMaps: 'inline', jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
  },
};

const packages = ['packages', 'plugins', 'tools'].flatMap((folder) =>
  readdirSync(new URL(`./${folder}/`, import.meta.url)).map((name) => `${folder}/${name}`).filter((path) => existsSync(new URL(`./${path}/test`, import.meta.url))),
);

export default {
  projects: packages.map((path) => ({
    ...shared,
    displayName: path.split('/')[1],
    rootDir: path,
    testMatch: ['<rootDir>/test/**/*.test.ts'],
  })),
  randomize: true,
  testTimeout: 20_000,
  coverageProvider: 'v8',
};
