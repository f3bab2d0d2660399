import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFiles, isStagecraftError, planAction, systemClock, type ErrorData, type Finding, type Workspace } from '@stagecraft/core';
import { lay, type Content } from '../../../../spec/bad-input/lay.js';
import { bundled } from '../thread/stage.js';

export interface Said {
  readonly kind: ErrorData['kind'] | 'nothing';
  /** `file:line:column code message`, as many as there are. */
  readonly lines: readonly string[];
  readonly findings: readonly Pick<Finding, 'code' | 'message' | 'next' | 'location'>[];
}

/** What a plan says of a project with these files, without an engine and without Docker Compose. Anything but an error of ours is thrown. */
export async function said(files: Readonly<Record<string, Content>>): Promise<Said> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stagecraft-bad-')));
  try {
    lay(folder, files);
    return await saidIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function saidIn(folder: string): Promise<Said> {
  try {
    const { findings } = await planAction(workspace(folder), { refresh: false, filter: {}, pull: false });
    const errors = findings.filter(({ severity }) => severity === 'error');
    return { kind: errors.length > 0 ? 'user' : 'nothing', lines: errors.map(line), findings: errors };
  } catch (error) {
    if (!isStagecraftError(error)) throw error;
    const { code, message, next, location } = error;
    const findings = error.findings.length > 0 ? error.findings : [{ code, message, next, ...(location === undefined ? {} : { location }) }];
    return { kind: error.kind, lines: findings.map((one) => line(one)), findings };
  }
}

function line({ location, code, message }: Pick<Finding, 'location' | 'code' | 'message'>): string {
  return `${location === undefined ? '' : `${location.file}:${location.line}:${location.column} `}${code} ${message}`;
}

function workspace(folder: string): Workspace {
  return {
    folder,
    config: 'stagecraft.yml',
    processEnv: {},
    plugins: bundled,
    io: { event: () => undefined, ask: () => Promise.reject(new Error('nothing is asked in tests')) },
    // As where there is no `docker`: the built-in reader reads.
    exec: { run: () => Promise.resolve({ exitCode: 90, stdout: '', stderr: '', signal: undefined, timedOut: false, durationMs: 0 }) } as unknown as Workspace['exec'],
    files: createFiles(folder),
    clock: systemClock,
    signal: new AbortController().signal,
    yes: true,
    command: 'stagecraft (test)',
  };
}
