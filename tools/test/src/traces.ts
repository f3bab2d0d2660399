import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Set for everything that the tests start, so that what outlives them is known. */
export const RUN_VARIABLE = 'STAGECRAFT_TEST_RUN';

/** Paths that git sees as changed or new; undefined where this is no checkout. */
export function changedFiles(root: string): readonly string[] | undefined {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line !== '') : undefined;
}

/** What tests make on an engine, by its names: of a scratch scope, or of a state folder that is not the default one. */
const ofTests = /sc[0-9a-f]{10}|stagecraft-proxy-|00stagecraft-/;

/** Containers, networks and volumes on the engine that have a test's name. */
export function onEngine(env: NodeJS.ProcessEnv): readonly string[] {
  const names = (kind: string, ...args: string[]): readonly string[] =>
    execFileSync('docker', args, { env, encoding: 'utf8' }).split('\n').filter((name) => ofTests.test(name)).map((name) => `${kind} ${name}`);
  return [...names('container', 'ps', '--all', '--format', '{{.Names}}'), ...names('network', 'network', 'ls', '--format', '{{.Name}}'), ...names('volume', 'volume', 'ls', '--format', '{{.Name}}')];
}

/** Processes that still live of a run; empty where there is no /proc. */
export function processesOf(run: string): readonly string[] {
  return entries('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    const text = (file: string): string => read(`/proc/${pid}/${file}`);
    if (!text('environ').split('\0').includes(`${RUN_VARIABLE}=${run}`)) return [];
    // A zombie is dead; its parent, not a test, has yet to look.
    return /^State:\tZ/m.test(text('status')) ? [] : [`process ${pid} ${text('cmdline').replaceAll('\0', ' ').slice(0, 120).trim()}`];
  });
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // gone, or another user's
  }
}
