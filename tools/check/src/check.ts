/** One law, and how it is looked at. */
export interface Check {
  readonly name: string;
  /** True: it looks at built packages. */
  readonly built?: boolean;
  run(context: CheckContext): Promise<Verdict>;
}

export interface CheckContext {
  /** Absolute folder of the checkout. */
  readonly root: string;
  /** Paths that git tracks or would, relative, sorted. */
  readonly files: readonly string[];
  /** `--fix`: write what is generated instead of comparing it. */
  readonly fix: boolean;
  read(path: string): string;
  /** Runs a program of node_modules/.bin (or any other) in the checkout. */
  run(argv: readonly string[], options?: { readonly cwd?: string }): Promise<{ readonly code: number; readonly output: string }>;
}

export interface Verdict {
  readonly ok: boolean;
  /** What is wrong; shown when not ok. */
  readonly problems?: readonly string[];
  /** A few words beside `ok`. */
  readonly note?: string;
}

/** The verdict of a list of problems. */
export function verdict(problems: readonly string[], note?: string): Verdict {
  return { ok: problems.length === 0, problems, ...(note === undefined ? {} : { note }) };
}
