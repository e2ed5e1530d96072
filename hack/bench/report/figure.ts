import type { Results } from '../results.ts';
import { median, percentile } from '../statistics.ts';

/** One figure of a run, as tables and plots show it. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly digits: number;
  /** Undefined where its phase was left out. */
  readonly of: (results: Results) => number | undefined;
  readonly goal?: Goal;
  /** The plot that shows how it grows with the number of namespaces; absent where it should not grow at all. */
  readonly plot?: Plot;
}

export interface Goal {
  readonly atMost: number;
  /** It is one for so many namespaces and more. */
  readonly from?: number;
}

/** By what is on its vertical axis. */
export const PLOTS = ['seconds', 'milliseconds', 'mebibytes'] as const;
export type Plot = (typeof PLOTS)[number];

export interface FigureGroup {
  readonly title: string;
  readonly about?: string;
  readonly figures: readonly Figure[];
}

/** Of goals that are for ten thousand namespaces. */
export const TEN_THOUSAND = { from: 10_000 };

type Value = Figure['of'];

/** The quotient of two figures. */
export function ratio(upper: Value, lower: Value): Value {
  return (results) => {
    const [over, under] = [upper(results), lower(results)];
    return over === undefined || under === undefined ? undefined : over / under;
  };
}

/** A percentile; `p` is from 0 to 1. */
export function share(values: (results: Results) => readonly number[] | undefined, p: number): Value {
  return (results) => {
    const all = values(results);
    return all === undefined || all.length === 0 ? undefined : percentile(all, p);
  };
}

/** The median of one member of each. */
export function medianOf<T>(items: readonly T[] | undefined, pick: (item: T) => number): number | undefined {
  return items === undefined || items.length === 0 ? undefined : median(items.map(pick));
}

/** In another unit. */
export function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value * by;
}
