import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { fail } from '../errors/index.js';
import type { Exec } from '../ports/exec.js';
import type { Shell } from '../ports/shell.js';
import { createExec } from './exec.js';

export interface LocalShellSetup {
  /** The operator's environment; only what tools need of it reaches scripts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec?: Exec;
}

/** A shell on this machine: files of its host are this machine's own. */
export interface LocalShell extends Shell {
  readonly local: true;
}

/** `sh` on this machine, in place of a connection to a host. What a deploy does must not depend on whose shell it is, so scripts get a small environment. */
export function localShell(setup: LocalShellSetup): LocalShell {
  const env = scriptEnvironment(setup.env);
  // A change that has begun is better finished than killed in the middle.
  const exec = setup.exec ?? createExec({ folder: '/', processEnv: env, outlive: true });
  return {
    local: true,
    run: (script, options = {}) => exec.run(['sh', '-c', script], { ...options, cwd: '/', env }),
    start: (file) =>
      new Promise((resolve, reject) => {
        // `detached` is setsid(2): the script is the leader of a session of its own and outlives us.
        const child = spawn('sh', [file], { cwd: '/', env, stdio: 'ignore', detached: true });
        child.once('spawn', () => {
          child.unref();
          resolve();
        });
        child.once('error', (cause) =>
          reject(fail({ code: 'SC3601', kind: 'external', message: `The shell sh could not be started: ${cause.message}.`, next: ['Check that sh is on PATH.'], cause })),
        );
      }),
  };
}

const passed = /^(PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|TZ|TMPDIR|DOCKER_[A-Z_]+|SSH_AUTH_SOCK|XDG_(RUNTIME_DIR|CONFIG_HOME)|SSL_CERT_(FILE|DIR)|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)$/;

/** The part of an environment that scripts and tools on a host get. */
export function scriptEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && passed.test(entry[0]));
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: homedir(), ...Object.fromEntries(kept.sort()) };
}
