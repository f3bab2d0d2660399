/** A file's content, by whatever names it has. */
export interface Inode {
  text: string;
  /** Chained over what was written: equal histories have equal prints. */
  print: number;
  mode: number;
  readonly folder: boolean;
  /** Under how many names it lies. */
  links: number;
}

/** An open file description: children share it, and a flock belongs to it. */
export interface OpenFile {
  readonly path: string;
  readonly node: Inode;
  readonly append: boolean;
  /** The process that opened it. */
  readonly by: number;
  at: number;
  /** Descriptors that lead to it. */
  uses: number;
}
