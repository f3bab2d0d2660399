import type { Duplex } from 'node:stream';
import type { Shell } from './shell.js';

/** A host as it is to be reached. */
export interface SshTarget {
  /** As the config calls it. */
  readonly name: string;
  /** What the `ssh` command would be given: an address, or a name that `~/.ssh/config` knows. */
  readonly address: string;
  readonly user?: string;
  /** The only key that is taken, `ssh-ed25519 AAAA…`. Absent: what `known_hosts` says. */
  readonly hostKey?: string;
  /** How long it is waited for when its connection breaks, milliseconds, from its last sign of life; default two minutes. */
  readonly patienceMs?: number;
}

export interface UploadOptions {
  readonly bytes: number;
  /** Of the whole, in hexadecimal. */
  readonly sha256: string;
  readonly signal?: AbortSignal;
  /** Is told how many bytes are there. */
  readonly onBytes?: (there: number) => void;
}

/** One host over one connection, made when it is first needed and made again when it broke. */
export interface SshHost {
  /** Its shell. Scripts that it starts outlive the connection. */
  readonly shell: Shell;
  /** A connection to a port of its loopback. */
  port(port: number): Promise<Duplex>;
  /** A connection to a unix socket on the host. */
  socket(path: string): Promise<Duplex>;
  /** Brings a file of this machine to an absolute path on the host, in folders of its user's own. What is there of it from before is not sent again. @throws StagecraftError `external` */
  upload(file: string, to: string, options: UploadOptions): Promise<void>;
}

/** Connections of one run of the product, one a host. */
export interface Ssh {
  /** The same host is given for the same target. */
  to(target: SshTarget): SshHost;
  /** Ends all connections. What they started on hosts runs on. */
  close(): void;
}
