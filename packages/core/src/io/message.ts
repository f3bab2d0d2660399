import type { Event, EventType } from '../plugin-api/event.js';

/** An event declared once: its code, what it means, its payload's type, and how it reads for people. */
export interface Message<Data> {
  readonly type: EventType;
  readonly code: string;
  /** For the generated catalogue. */
  readonly description: string;
  /** The payload's members, for the generated catalogue. */
  readonly payload: Readonly<Record<keyof Data & string, string>>;
  text(data: Data): string;
  (data: Data): Event<Data>;
}

/** Declares a message; calling it makes the event. */
export function message<Data>(declaration: {
  readonly type: EventType;
  readonly code: string;
  readonly description: string;
  readonly payload: Readonly<Record<keyof Data & string, string>>;
  text(data: Data): string;
}): Message<Data> {
  const make = (data: Data): Event<Data> => ({ type: declaration.type, code: declaration.code, data });
  return Object.assign(make, declaration);
}
