import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_END } = mocha.Runner.constants;
const ROOT = join(import.meta.dirname, '..');
const RESULTS = join(ROOT, '.cache/test-results.json');

/**
 * mocha's own report, and as its last line the counts, for whoever reads only that. What became of each test is left in
 * .cache/test-results.json, which `make promises` reads.
 */
export default class SummaryReporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const results: object[] = [];
    runner.on(EVENT_TEST_END, (test: Mocha.Test) => {
      const { file = '', state = 'pending' } = test;
      results.push({ file: relative(ROOT, file), title: test.fullTitle(), state });
    });
    runner.once(EVENT_RUN_END, () => {
      mkdirSync(join(ROOT, '.cache'), { recursive: true });
      writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 1)}\n`);
    });
    // Registered after the base's own listener, so this line comes last.
    runner.once(EVENT_RUN_END, () => process.stdout.write(`${summaryLine(this.stats)}\n`));
  }
}

/** `3 passed, 0 failed`; skipped tests only where there are some. */
export function summaryLine({ passes, failures, pending }: Mocha.Stats): string {
  const skipped = pending === 0 ? '' : `, ${pending} skipped`;
  return `${passes} passed, ${failures} failed${skipped}`;
}
