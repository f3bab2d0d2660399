import type { Logger } from 'winston';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One entry of the log: for people who debug. Results and progress are not logged. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  /** Shown as `name=value`; serialisable, sorted by name. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Log {
  /** Writes the entry when its level is on. Never throws. */
  write(record: LogRecord): void;
  /** Resolves when everything is written; entries after this are dropped. May be called again. */
  close(): Promise<void>;
}

export interface LogOptions {
  /** Entries above this level are dropped. */
  readonly level: LogLevel;
  /** Takes finished text, with its newline; the caller masks secrets in it. */
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A structured log on winston, which is imported with the first entry that is written. */
export function createLog(options: LogOptions): Log {
  let logger: Logger | undefined;
  let loading: Promise<void> | undefined;
  const early: (LogRecord & { readonly at: number })[] = [];
  const put = (entry: LogRecord & { readonly at: number }): void => {
    logger?.log({ level: entry.level, message: entry.message, details: entry.details ?? {}, at: entry.at });
  };
  let closing: Promise<void> | undefined;
  const closed = async (): Promise<void> => {
    await loading;
    const open = logger;
    if (open === undefined) return;
    const written = new Promise((done) => open.once('finish', done));
    open.end();
    await written;
  };
  return {
    write(record) {
      if (closing !== undefined || logLevels.indexOf(record.level) > logLevels.indexOf(options.level)) return;
      const entry = { ...record, at: options.now() };
      if (logger !== undefined) return put(entry);
      early.push(entry);
      loading ??= import('./winston.js').then(({ createWinston }) => {
        logger = createWinston(options);
        early.splice(0).forEach(put);
      });
    },
    close: () => (closing ??= closed()),
  };
}
