/** A place in a file that a user wrote. `file` is relative to the project folder; `line` and `column` count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
