/** What Parapet promises, and how anybody can see that it holds. */
export interface Promised {
  readonly promise: string;
  /** What is done to it. */
  readonly fault: string;
  readonly target: string;
  /** Every one of them has to pass. */
  readonly proofs: readonly Proof[];
  readonly figures?: readonly MeasuredFigure[];
  /** What is still to be shown. */
  readonly pending?: string;
}

/** Tests of one file below `test/`, by their full titles; a `*` in a title stands for any text. */
export interface Proof {
  readonly file: string;
  readonly titles: readonly string[];
}

/** A number that a run left in docs/results. No figure is ever typed. */
export type MeasuredFigure = BenchFigure | CommittedFigure;

/** One of docs/performance.md. */
export interface BenchFigure {
  /** How the title of its group begins there. */
  readonly group: string;
  /** How its own name begins. */
  readonly what: string;
}

/** A member of another results file. */
export interface CommittedFigure {
  /** Below docs/results. */
  readonly file: string;
  readonly what: string;
  /**
   * Dotted. A list counts by its length; an object, and a last part with a `*`, by the sum of the numbers in it.
   */
  readonly path: string;
  readonly unit?: string;
}

/** Tests that begin alike, the way describe() joins them. */
export function proof(file: string, suite: string, ...tests: readonly string[]): Proof {
  return { file, titles: tests.map((test) => `${suite} ${test}`) };
}
