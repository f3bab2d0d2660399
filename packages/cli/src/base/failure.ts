import type { ErrorData, ExitCode } from '@stagecraft/core';
import { exitCodeOfKind, isStagecraftError } from '@stagecraft/core/host';

/** An error as the command line shows it. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly data: ErrorData;
  /** Only of bugs: a user's mistake has no stack. */
  readonly stack?: string;
  /** Messages of the errors behind it, for --verbose. */
  readonly causes: readonly string[];
}

/** Tells what any thrown thing means. `command` is for the hints. */
export function failureOf(error: unknown, context: { readonly command: string; readonly interruptedBy?: string; readonly meant?: string | undefined }): Failure {
  const causes = causesOf(error);
  if (isStagecraftError(error)) {
    const { code, kind, message, next, findings, location, tail } = error;
    const data = { code, kind, message, next, findings, ...(location === undefined ? {} : { location }), ...(tail.length === 0 ? {} : { tail }) };
    return { exitCode: kind === 'interrupted' ? interrupted(context.interruptedBy) : exitCodeOfKind[kind], data, causes };
  }
  if (context.interruptedBy !== undefined && isAbort(error)) {
    return { exitCode: interrupted(context.interruptedBy), data: plain('SC5414', 'interrupted', 'interrupted', []), causes };
  }
  const usage = usageOf(error);
  if (usage !== undefined) {
    const meant = context.meant === undefined ? '' : `; did you mean "${context.meant}"?`;
    return { exitCode: 1, data: plain('SC5410', 'user', `${usage}${meant}`, [`stagecraft ${context.command} --help`.replace('  ', ' ')]), causes };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : `something was thrown that is no error: ${String(error)}`;
  const next = ['This is a bug in Stagecraft, and nothing that you did. Please report it with all of this text and what `stagecraft version --json` prints.'];
  return { exitCode: 3, data: plain('SC5499', 'bug', message, next), ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}), causes };
}

function plain(code: string, kind: ErrorData['kind'], message: string, next: readonly string[]): ErrorData {
  return { code, kind, message, next, findings: [] };
}

function interrupted(signal: string | undefined): ExitCode {
  return signal === 'SIGTERM' ? 143 : 130;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || (error as NodeJS.ErrnoException).code === 'ABORT_ERR');
}

/** What oclif's parser and command search complain of; they are users' mistakes. Never `instanceof`: plugins bring their own copy. */
function usageOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || (error as { oclif?: unknown }).oclif === undefined) return undefined;
  const isParser = 'parse' in error;
  const isSearch = /^Command .+ not found\.?$/i.test(error.message);
  // A value that a flag's own parser refuses is told as a plain error of oclif.
  const isValue = error.message.startsWith('Parsing --');
  if (!isParser && !isSearch && !isValue) return undefined;
  return error.message
    .replace(/^Parsing (--\S+)\s+/, '$1: ')
    .replace(/\n?See more help with --help$/, '')
    .replace(/^Command (.+) not found\.?$/i, (_, id: string) => `there is no command "${id.replaceAll(':', ' ')}"`)
    .trim();
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && at.cause !== undefined && depth < 8; at = at.cause, depth++) causes.push(at.cause instanceof Error ? at.cause.message : String(at.cause));
  return causes;
}
