import { Writable } from 'node:stream';
import winston, { type Logger } from 'winston';
import { logLevels, type LogOptions } from './log.js';

/** The logger behind `createLog`; a file of its own, as winston takes 50 ms to import. */
export function createWinston(options: LogOptions): Logger {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      options.write(chunk);
      done();
    },
  });
  return winston.createLogger({
    level: options.level,
    levels: Object.fromEntries(logLevels.map((level, rank) => [level, rank])),
    format: winston.format.printf((info) => line(info, options.colour)),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
}

const colours: Readonly<Record<string, string>> = { error: '31', warn: '33', info: '36', debug: '90' };

function line(info: winston.Logform.TransformableInfo, colour: boolean): string {
  const time = new Date(info['at'] as number).toISOString().slice(11, 23);
  const level = colour ? `\u001B[${colours[info.level] ?? '0'}m${info.level}\u001B[0m` : info.level;
  const details = Object.entries(info['details'] as Record<string, unknown>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`);
  return `${time} ${level} ${String(info.message)}${details.join('')}`;
}
