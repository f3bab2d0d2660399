import type { LogEntry, StatusResult } from '../../actions/types.js';
import type { ErrorKind } from '../../errors/stagecraft-error.js';
import type { Finding } from '../../plugin-api/failure.js';
import type { Location } from '../../plugin-api/location.js';
import type { LogRecord } from '../log.js';
import { message } from '../message.js';

/** An error as machines read it. */
export interface ErrorData {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly next: readonly string[];
  readonly findings: readonly Finding[];
  readonly location?: Location;
  readonly tail?: readonly string[];
}

export const commandEnded = message<{ command: string; exitCode: number; result?: unknown; error?: ErrorData }>({
  type: 'result',
  code: 'SC5400',
  description: 'The last event of a command: its result, or the error that ended it.',
  payload: {
    command: 'the command, as in releases list',
    exitCode: 'exit code of the process',
    result: 'what --json prints; absent after an error',
    error: 'code, kind, message, next, findings; absent when there is a result',
  },
  text: (d) => `${d.command}: exit ${d.exitCode}`,
});

export const commandBegins = message<{ command: string; version: string; folder: string; environment: string }>({
  type: 'operation',
  code: 'SC5401',
  description: 'The first event of a command.',
  payload: { command: 'the command', version: 'version of stagecraft', folder: "name of the project folder; '' where the command needs none", environment: "as asked for; '' for the only one" },
  text: (d) => `stagecraft ${d.version} ${d.command}`,
});

export const logged = message<LogRecord>({
  type: 'log',
  code: 'SC5402',
  description: 'An entry for people who debug, shown with --verbose.',
  payload: { level: 'error, warn, info or debug', message: 'what happened', details: 'values beside it' },
  text: (d) => `${d.level} ${d.message}`,
});

export const questionAsked = message<{ code: string; text: string; choices: readonly string[]; answer: string; by: 'person' | 'yes' | 'fallback' }>({
  type: 'notice',
  code: 'SC5403',
  description: 'A question was answered.',
  payload: {
    code: 'code of the question',
    text: 'the question',
    choices: 'the possible answers; empty for free text',
    answer: 'the answer',
    by: 'person: typed; yes: by --yes; fallback: nobody could be asked',
  },
  text: (d) => `${d.text} ${d.answer} (${{ person: 'typed', yes: '--yes', fallback: 'nobody to ask' }[d.by]})`,
});

export const interruptHeard = message<{ signal: string; mutates: boolean }>({
  type: 'notice',
  code: 'SC5404',
  description: 'The first interrupt: no new step is started.',
  payload: { signal: 'SIGINT, SIGTERM or SIGHUP', mutates: 'true: the running step is finished first' },
  text: (d) => (d.mutates ? 'finishing the running step; once more to leave now' : 'stopping'),
});

export const logLine = message<LogEntry>({
  type: 'output',
  code: 'SC5405',
  description: 'A line that a container of a service printed.',
  payload: {
    host: 'host name',
    service: 'Compose service',
    source: 'service and number, as in web-2',
    release: 'release that the container is of',
    stream: 'stdout or stderr',
    time: 'RFC 3339, as the engine wrote it',
    text: 'the line',
  },
  text: (d) => `${d.source} | ${d.text}`,
});

export const statusSeen = message<StatusResult>({
  type: 'output',
  code: 'SC5406',
  description: 'How an environment is, while it is watched: what `status --json` gives.',
  payload: {
    project: 'project',
    environment: 'environment',
    healthy: 'everything is as it should be',
    drift: 'differences from the release, each with kind, service and text',
    release: 'the one that serves; absent before the first',
    lock: 'who acts now; absent when nobody does',
    open: 'what is unfinished; absent when nothing is',
    hosts: 'each host with its services',
    urls: 'addresses of the routes',
    maintenance: 'since when and by whom requests are answered with 503; absent when they are not',
  },
  text: (d) => `${d.environment}: ${d.healthy ? 'healthy' : 'not healthy'}`,
});
