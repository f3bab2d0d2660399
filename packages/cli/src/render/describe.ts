import type { Event } from '@stagecraft/core';
import { catalogue } from '@stagecraft/core/host';

const byCode = new Map(catalogue.map((message) => [message.code, message]));

/** An event as a sentence: by its declaration, or by what a plugin's own event says of itself. */
export function describe(event: Event): string {
  const message = byCode.get(event.code);
  if (message !== undefined) return message.text(event.data as never);
  const data = (typeof event.data === 'object' && event.data !== null ? event.data : {}) as { text?: unknown; message?: unknown };
  const own = [data.text, data.message].find((text) => typeof text === 'string');
  return own === undefined ? event.code : `${own}`;
}
