import type { ChildProcess } from 'node:child_process';
import type { ExecOptions, Ran } from '@stagecraft-tools/engine/parts';

export interface HostChoice {
  /** False: a host that has only SSH. Default true. */
  readonly docker?: boolean;
  /** The engine's `live-restore`: containers outlive a dead engine. Default false, as in the packages. */
  readonly liveRestore?: boolean;
  /** Megabytes of its one disk, on which all is that it writes. Default 8192; only what is used takes place. */
  readonly diskMb?: number;
  /** Process 1. `systemd` for what needs units, such as setting up an engine. Default `simple`. */
  readonly init?: 'simple' | 'systemd';
  /** Files and folders of this machine that the host has too, read-only. */
  readonly shares?: readonly { readonly from: string; readonly to: string }[];
}

/** A host of its own: processes, files, network, SSH and engine. Its disk stays until it is removed; all else ends with a power cut. */
export interface TestHost {
  /** `h1` to `h6`. */
  readonly name: string;
  readonly address: string;
  readonly docker: boolean;
  on(): boolean;
  /** Where its engine's socket is seen from this machine, until the next power cut. */
  socket(): string;
  /** What a docker command of this machine needs to speak to it. */
  env(): NodeJS.ProcessEnv;
  /** Runs a program in it, as its root; tells how it went. */
  exec(argv: readonly string[], options?: InsideOptions): Promise<Ran>;
  /** The same; throws where it fails. */
  must(argv: readonly string[], options?: InsideOptions): Promise<string>;
  /** Starts a program in it. It ends with the host. */
  begin(argv: readonly string[], options?: InsideOptions): ChildProcess;
  /** Arguments for `ssh` to reach it: key, host keys and `USER@ADDRESS`. */
  ssh(user?: 'root' | 'deploy'): readonly string[];
  /** Puts images on its engine that the tests of this machine use; throws where one cannot be had. */
  images(names: readonly string[]): Promise<void>;

  /** A power cut. Its disk is as it was at that moment. */
  crash(): Promise<void>;
  /** Boots it and waits for SSH, and for the engine where it has one; after a power cut where it was on. */
  boot(): Promise<void>;
  readonly engine: EngineFaults;
  /** Stops all of it where it is, or lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Pulls its network cable, or puts it in again. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Answers connections to a port with a refusal, or lets them through again. */
  refuse(port: number): Promise<void>;
  accept(port: number): Promise<void>;
  /** Fills its disk but for so many bytes, or frees it again. */
  fill(leave?: number): Promise<void>;
  free(): Promise<void>;
}

export type InsideOptions = Readonly<Pick<ExecOptions, 'input' | 'timeout' | 'cwd'>> & {
  /** In addition to a plain environment. */
  readonly env?: Readonly<Record<string, string>>;
};

export interface EngineFaults {
  /** Waits until it answers. */
  ready(): Promise<void>;
  /** Ends it with SIGKILL; it is started again after a second, as by systemd. `containerd` too: also what starts containers. */
  kill(also?: 'containerd'): Promise<void>;
  /** Ends it in order and leaves it off. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it where it is (SIGSTOP): connections are taken and never answered. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}
