/** What a child process needs to use an engine. */
export interface EngineEnv {
  DOCKER_HOST: string;
  PATH: string;
  DOCKER_CONFIG?: string;
  /** What lets the engine tests run. */
  STAGECRAFT_TEST_ENGINE: string;
}

/** An engine that may be used until it is released. */
export interface Engine {
  /** `found`: it was there. `own`: ours, from packages. */
  kind: 'found' | 'own';
  host: string;
  /** The engine's version, such as 26.1.5. */
  version: string;
  /** The version of Compose, such as 2.26.1. */
  compose: string;
  env: EngineEnv;
  /** Ends the use: the last to leave stops an own engine. A second call does nothing. */
  release(): Promise<void>;
}

/** An engine, or why there is none. */
export type Acquired = { engine: Engine } | { reason: string };

export type Tell = (line: string) => void;
