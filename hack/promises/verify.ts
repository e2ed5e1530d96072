import type { Promised } from './promise.ts';
import { fits } from './value-at.ts';

/** What became of one test. */
export interface TestResult {
  /** Below the project's root. */
  readonly file: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'pending';
}

/** What is wrong with the proofs of promises, given the tests there are: one sentence each. */
export function faultsOf(promises: readonly Promised[], results: readonly TestResult[]): readonly string[] {
  return promises.flatMap(({ proofs }, index) =>
    proofs.flatMap(({ file, titles }) =>
      titles.flatMap((title) => {
        const found = results.filter((result) => result.file === `test/${file}` && fits(result.title, title));
        const who = `promise ${index + 1}: test/${file}: "${title}"`;
        if (found.length === 0) return [`${who} is not there`];
        const bad = found.filter(({ state }) => state !== 'passed');
        return bad.map((result) => `${who} has not passed: ${result.title} ${result.state}`);
      }),
    ),
  );
}
