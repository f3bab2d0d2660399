import { describe, jest } from '@jest/globals';

/** Where the engine of the tests is, such as `unix:///run/…/docker.sock`; absent where there is none. */
export const ENGINE_VARIABLE = 'STAGECRAFT_TEST_ENGINE';
/** Why there is none. */
export const REASON_VARIABLE = 'STAGECRAFT_TEST_ENGINE_REASON';

/** Milliseconds a test with an engine may take, where it does not say otherwise. */
const PATIENCE = 120_000;

/** A `describe` whose tests run where there is an engine, and are else skipped with the reason in their title. */
export function engineTest(title: string, tests: () => void): void {
  const reason = whyNoEngine();
  if (reason) {
    describe.skip(`${title} [skipped: ${reason}]`, tests);
    return;
  }
  jest.setTimeout(PATIENCE);
  describe(title, tests);
}

/** Why engine tests cannot run; undefined where they can. */
export function whyNoEngine(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env[ENGINE_VARIABLE]?.startsWith('unix://')) return undefined;
  return env[REASON_VARIABLE] || `${ENGINE_VARIABLE} names no engine; run the tests with: pnpm engine run -- CMD`;
}

/** The environment for a program that is to use the engine of the tests. */
export function engineEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv & { DOCKER_HOST: string } {
  const host = env[ENGINE_VARIABLE];
  if (!host) throw new Error(whyNoEngine(env));
  return { ...env, DOCKER_HOST: host };
}

/** The path of the engine's socket. */
export function engineSocket(env: NodeJS.ProcessEnv = process.env): string {
  return engineEnv(env).DOCKER_HOST.slice('unix://'.length);
}
