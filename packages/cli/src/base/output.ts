import type { Redactor } from '@stagecraft/core';
import type { Output } from './world.js';

/** A stream that masks what goes through it, and that nothing breaks when its reader is gone. */
export interface GuardedOutput {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Called once when the reader is gone (`stagecraft logs | head`). */
  onClosed(listener: () => void): void;
  /** Gives the stream back. */
  release(): void;
}

export function guardOutput(output: Output, redactor: Redactor): GuardedOutput {
  let closed = false;
  const listeners: (() => void)[] = [];
  const onError = (error: NodeJS.ErrnoException): void => {
    // EPIPE: the reader went. EIO: the terminal did.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    if (closed) return;
    closed = true;
    for (const listener of listeners) listener();
  };
  output.on?.('error', onError);
  return {
    write(text) {
      if (!closed && text !== '') output.write(redactor.redact(text));
    },
    get isTTY() {
      return output.isTTY === true;
    },
    get columns() {
      return output.columns ?? 80;
    },
    get rows() {
      return output.rows ?? 24;
    },
    onClosed: (listener) => listeners.push(listener),
    // The listener stays: a write may fail after the last one was accepted, and an unheard error would end the process with a stack.
    release: () => listeners.splice(0),
  };
}
