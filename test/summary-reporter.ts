import mocha from 'mocha';

const { EVENT_RUN_END } = mocha.Runner.constants;

/** mocha's own report, and as its last line the counts, for whoever reads only that. */
export default class SummaryReporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    // Registered after the base's own listener, so this line comes last.
    runner.once(EVENT_RUN_END, () => process.stdout.write(`${summaryLine(this.stats)}\n`));
  }
}

/** `3 passed, 0 failed`; skipped tests only where there are some. */
export function summaryLine({ passes, failures, pending }: Mocha.Stats): string {
  const skipped = pending === 0 ? '' : `, ${pending} skipped`;
  return `${passes} passed, ${failures} failed${skipped}`;
}
