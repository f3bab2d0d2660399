import type { Failure } from '../base/failure.js';
import { findingText, nextText, place } from './findings.js';
import type { Paint } from './paint.js';
import { harmless } from './text.js';

interface Options {
  readonly paint: Paint;
  readonly verbose: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An error as people read it: all findings, what happened and where, the last lines of the tool that failed, what to run next. */
export function failureText(failure: Failure, options: Options): string {
  const { paint } = options;
  const { code, kind, message, next, findings, location, tail } = failure.data;
  const single = findings.length === 1 && findings[0]?.message === message;
  const listed = single ? [] : findings.map((finding) => findingText(finding, paint));
  const where = place(location);
  const head = [...(where === '' ? [] : [paint.bold(where)]), kind === 'interrupted' ? paint.yellow('interrupted') : paint.red('error'), ...(kind === 'interrupted' && message === 'interrupted' ? [] : [message]), paint.dim(code)];
  return [
    ...listed,
    `${head.join('  ')}\n`,
    ...(tail ?? []).map((line) => `    ${paint.dim('|')} ${harmless(line)}\n`),
    nextText(next),
    ...(failure.stack === undefined ? [] : [`${indented(failure.stack)}\n`]),
    ...(options.verbose ? failure.causes.map((cause) => `    because: ${harmless(cause)}\n`) : []),
    ...(options.env['GITHUB_ACTIONS'] === 'true' ? annotations(failure) : []),
  ].join('');
}

function indented(stack: string): string {
  return stack
    .split('\n')
    .map((line) => `    ${line.trimStart()}`)
    .join('\n');
}

/** GitHub shows these beside the lines of the files. */
function annotations(failure: Failure): string[] {
  return failure.data.findings.flatMap(({ severity, location, message }) =>
    location === undefined ? [] : [`::${severity} file=${property(location.file)},line=${location.line},col=${location.column}::${data(message)}\n`],
  );
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
