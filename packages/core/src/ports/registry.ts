/** Who pushes to or pulls from a registry. Secret. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface TransferOptions {
  readonly login: Login;
  readonly signal: AbortSignal;
  /** Is told the bytes that have come, and how many are known to come. */
  readonly onBytes?: (done: number, of: number) => void;
}

/**
 * What an engine brings from and to registries with a login that is given by the call alone: it is in no file of the host and in no argument of a process.
 * It changes nothing that runs.
 */
export interface Registry {
  /** @param reference `registry.example.com/shop/api@sha256:…`, or with a tag. @throws StagecraftError `external` SC4014 */
  pull(reference: string, options: TransferOptions): Promise<void>;
  /** @param reference with its tag. @throws StagecraftError `external` SC4013 */
  push(reference: string, options: TransferOptions): Promise<void>;
}
