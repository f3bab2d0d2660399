/** Files on the operator's machine. Paths are absolute, or relative to the project folder that it was made for. */
export interface Files {
  /** The text of a file; undefined when there is none. @throws StagecraftError `user` on a folder, or larger than `limit` bytes. */
  read(path: string, limit?: number): Promise<string | undefined>;
  readBytes(path: string, limit?: number): Promise<Uint8Array | undefined>;
  /** Replaces the file crash-safely: temp file in the same folder, fsync, rename, fsync of the folder. */
  write(path: string, content: string, mode?: number): Promise<void>;
  list(path: string): Promise<readonly { readonly name: string; readonly kind: 'file' | 'folder' | 'link' | 'other' }[]>;
  stat(path: string): Promise<{ readonly kind: 'file' | 'folder' | 'other'; readonly mode: number; readonly size: number } | undefined>;
  /**
   * The absolute path without links; undefined when nothing is there. Optional: without it, paths of the config that go through a link are
   * refused.
   */
  realPath?(path: string): Promise<string | undefined>;
  /** Publishes a new file whole, by `link`; false when the path is taken. Of many that try, one wins. */
  claim?(path: string, content: string): Promise<boolean>;
  /** Moves a file within its folder; an existing target is replaced. */
  rename?(from: string, to: string): Promise<void>;
  /** Removes a file; nothing happens where there is none. */
  remove?(path: string): Promise<void>;
}
