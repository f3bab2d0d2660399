/** The part of Jest's JSON that is used. */
export interface JestResult {
  readonly testResults: readonly {
    /** Absolute path. */
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface Summary {
  readonly passed: number;
  /** Every test that failed, every file that could not be run, every trace that was left: `file: title`. */
  readonly failures: readonly string[];
  /** Every test that was not run, with its reason. */
  readonly skipped: readonly Skipped[];
}

export interface Skipped {
  readonly file: string;
  readonly title: string;
  readonly reason: string;
}

/** Reason of a test that gives none. */
export const noReason = 'no reason given';

/**
 * Counts what Jest tells. A file that could not be run counts as one failed test. A reason stands in the title, as in
 * `title [skipped: there is no docker command]`.
 * @param selected only tests of some name were asked for: others that do not run are not counted
 */
export function summarise(result: JestResult, options: { readonly root: string; readonly selected: boolean }): Summary {
  let passed = 0;
  const failures: string[] = [];
  const skipped: Skipped[] = [];
  for (const file of result.testResults) {
    const name = file.name.replace(options.root, '');
    if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) failures.push(`${name}: could not be run to its end`);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failures.push(`${name}: ${test.fullName}`);
      else {
        const [, reason = ''] = /\[skipped: (.*?)\](?: |$)/.exec(test.fullName) ?? [];
        if (reason === '' && options.selected) continue;
        skipped.push({ file: name, title: test.fullName.replace(` [skipped: ${reason}]`, ''), reason: reason || noReason });
      }
    }
  }
  return { passed, failures, skipped };
}

/** Both together. */
export function joined(a: Summary, b: Summary): Summary {
  return { passed: a.passed + b.passed, failures: [...a.failures, ...b.failures], skipped: [...a.skipped, ...b.skipped] };
}

/** The skipped tests by reason and file, as lines. */
export function skippedLines(skipped: readonly Skipped[]): readonly string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))].sort();
  return reasons.flatMap((reason) => {
    const of = skipped.filter((one) => one.reason === reason);
    return [`skipped ${of.length}: ${reason}`, ...of.map(({ file, title }) => `  ${file}: ${title}`).sort()];
  });
}

/** The last line of all. */
export function lastLine({ passed, failures, skipped }: Summary): string {
  return `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`;
}
