import type { Context } from './context.js';
import type { Descriptor } from './descriptor.js';

/** A value that no text shows: `String(secret)`, a template, JSON and `console.log` all give `***`. `ctx.secret(name, value)` makes one. */
export interface Secret {
  readonly name: string;
  /** The value itself. What is made of it is a secret again: it belongs on standard input or in a file of mode 0600, nowhere else. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** Whose secrets are meant. */
export interface SecretsScope {
  readonly project: string;
  readonly environment: string;
}

/** A secret that is there, without its value. */
export interface SecretListed {
  readonly name: string;
  /** Tells one value from another, where the place gives one; it must not let a short value be guessed. */
  readonly fingerprint?: string;
}

/**
 * A place that keeps secrets. Core decides which are needed, and where they go; a provider only lists, reads and writes. No method puts a value into
 * an argument of a process, an event or an error.
 */
export interface SecretsProvider<Config = unknown> extends Descriptor<'secrets', Config> {
  /** True: to list and to read needs no network and no process, so `plan` may do it offline. */
  readonly local?: boolean;
  /** Names that are there, sorted. None where the place does not exist yet. @throws a `user` or `external` failure when it cannot be asked. */
  list(ctx: Context<Config>, scope: SecretsScope): Promise<readonly SecretListed[]>;
  /** The named ones that are there; the others are left out. Absent: what is written there never can be read again, as with CI secrets. */
  read?(ctx: Context<Config>, scope: SecretsScope, names: readonly string[]): Promise<readonly Secret[]>;
  /** Adds and replaces these; leaves all others as they are. Whole or not at all. */
  write(ctx: Context<Config>, scope: SecretsScope, secrets: readonly Secret[]): Promise<void>;
  /** Where a person looks for a secret of the scope, as in `.env.prod.secrets`; pure. */
  place?(config: Config, scope: SecretsScope): string;
}
