/** Time and chance, from outside. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** `bytes` random bytes in lower-case hex. */
  random(bytes: number): string;
}
