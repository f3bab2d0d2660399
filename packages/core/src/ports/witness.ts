/** Asks a public address again and again while a release is rolled out, as a user would. */
export interface Witness {
  /** Notes what is going on from now on; what is lost meanwhile is told with it. */
  during(what: string, on: boolean): void;
  readonly report: WitnessReport;
  /** Waits for the answers that are still out, and ends. */
  stop(): Promise<WitnessReport>;
}

export interface WitnessReport {
  readonly url: string;
  /** Requests since the first good answer; one at the beginning of a first release has none to lose. */
  readonly sent: number;
  readonly lost: number;
  /** The first hundred. */
  readonly losses: readonly Loss[];
}

export interface Loss {
  /** When it was sent, ISO 8601. */
  readonly at: string;
  /** `connection refused`, `no answer for 5 s`, `status 502`. */
  readonly how: string;
  /** Steps that ran when it was sent, `<host>/<service>/<action>`. */
  readonly during: readonly string[];
}
