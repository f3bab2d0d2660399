/**
 * The closed, versioned set of event types. Readers skip a type that they do not know.
 * `operation` begins and ends a command's work; `phase` and `step` tell its progress; `output` is a line of a tool;
 * `log` is for people who debug; `notice` is a sentence for everyone; `finding` is a warning or error with a place;
 * `result` is the last event.
 */
export type EventType = 'operation' | 'phase' | 'step' | 'output' | 'log' | 'notice' | 'finding' | 'result';

/** One thing that happened. `code` and `data` are stable between minor versions; texts made from them are not. */
export interface Event<Data = unknown> {
  readonly type: EventType;
  /** `SC…` for core, `<provider id>/<name>` for a plugin. */
  readonly code: string;
  readonly data: Data;
}
