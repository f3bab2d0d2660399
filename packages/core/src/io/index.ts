export * from './catalogue/index.js';
export { createLog, logLevels, type Log, type LogLevel, type LogOptions as LogSettings, type LogRecord } from './log.js';
export { createRedactor, mask, type RedactingStream, type Redactor } from './redact.js';
export type { Io, Question } from './io.js';
export type { Message } from './message.js';
