/** What a host of an environment is called and how it is reached. */
export interface Host {
  readonly name: string;
  readonly address?: string;
  readonly privateAddress?: string;
  readonly user?: string;
  readonly roles: readonly string[];
  /** Pinned public keys, `ssh-ed25519 AAAA…`. */
  readonly hostKeys?: readonly string[];
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Files on a host, by absolute path. Writes are atomic: temp file in the same folder, fsync, rename. */
export interface HostFiles {
  read(path: string): Promise<string | undefined>;
  /** At most `limit` bytes from `offset` on; none where there is no file. Absent where a part of a file costs as much as a script that cuts it out. */
  readFrom?(path: string, offset: number, limit: number): Promise<Uint8Array>;
  write(path: string, content: string, mode?: number): Promise<void>;
  list(path: string): Promise<readonly string[]>;
}

/** A host as a provider may use it. Reads only: mutations go through what the provider returns (files, argv), which core fences. */
export interface HostHandle {
  readonly name: string;
  exec(argv: readonly string[], options?: { readonly stdin?: string; readonly timeoutMs?: number }): Promise<ExecResult>;
  readonly files: HostFiles;
  /** `fetch` as if from the host itself, by plain HTTP: `http://127.0.0.1:PORT/…` is what listens on its loopback. Repeats a request that got no answer, where that is harmless. */
  readonly fetch: typeof fetch;
}
