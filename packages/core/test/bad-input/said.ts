import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lay, type Content } from '../../../../spec/bad-input/lay.js';
import { createFiles } from '../../src/adapters/files.js';
import { desire } from '../../src/compose/desire.js';
import { readCompose } from '../../src/compose/read.js';
import type { Settings } from '../../src/config/types.js';
import { isStagecraftError } from '../../src/errors/index.js';
import type { Finding } from '../../src/plugin-api/failure.js';
import type { Exec } from '../../src/ports/exec.js';

const settings: Settings = {
  project: 'shop', environment: 'prod', driver: 'local', composeProject: 'shop-prod', compose: ['docker-compose.yml'], profiles: [], images: 'pull', registries: [], hosts: [], backends: [], services: {}, routes: [], proxy: undefined,
  rollout: { maxParallel: 1, onFailure: 'rollback', acknowledgeMs: 10_000, unreachableMs: 120_000 }, retention: { releases: 10 }, secretNames: [], origins: {}, variables: {}, findings: [],
};
const exec = { run: () => Promise.reject(new Error('the built-in reader runs nothing')) } as unknown as Exec;

/** The errors that reading these Compose files brings. Anything but an error of ours, and any that is not the user's, is thrown. */
export async function said(files: Readonly<Record<string, Content>>): Promise<readonly Finding[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stagecraft-bad-')));
  try {
    lay(folder, files);
    const model = await readCompose({ files: createFiles(folder), exec, folder, reader: 'built-in', settings });
    const { findings } = await desire({ model, settings, version: 'unknown', files: createFiles(folder) });
    return findings.filter(({ severity }) => severity === 'error');
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'user') throw error;
    const { code, message, next, location } = error;
    return error.findings.length > 0 ? error.findings : [{ severity: 'error', code, message, next, ...(location === undefined ? {} : { location }) }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
