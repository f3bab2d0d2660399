import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFiles } from '../../src/adapters/files.js';
import { isStagecraftError, type StagecraftError } from '../../src/errors/index.js';
import type { Finding } from '../../src/plugin-api/failure.js';
import type { Files } from '../../src/ports/files.js';

export interface Project {
  readonly folder: string;
  readonly files: Files;
}

/** Runs `body` in a real folder with these files, and removes it. */
export async function inProject<Result>(files: Readonly<Record<string, string | Uint8Array>>, body: (project: Project) => Promise<Result>): Promise<Result> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stagecraft-config-')));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await body({ folder, files: createFiles(folder) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The error that a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<StagecraftError> {
  try {
    await promise;
  } catch (error) {
    if (isStagecraftError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** As a person reads it: `stagecraft.yml:3:5 SC1021 …`. */
export function line({ location, code, message }: Pick<Finding, 'location' | 'code' | 'message'>): string {
  return `${location === undefined ? '' : `${location.file}:${location.line}:${location.column} `}${code} ${message}`;
}

export function lines(error: StagecraftError): readonly string[] {
  return error.findings.length === 0 ? [line({ code: error.code, message: error.message, ...(error.location === undefined ? {} : { location: error.location }) })] : error.findings.map(line);
}
