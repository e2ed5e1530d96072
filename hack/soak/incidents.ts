import { percentile } from '../bench/statistics.ts';
import type { Wrong } from './expectation.ts';

/** An object that was not as it had to be, for a while. Times are monotonic, in milliseconds. */
export interface Incident {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly wrong: Wrong;
  readonly from: number;
  /** Whether it was an edit of the policy that made it wrong, and thus all of its kind at once. */
  readonly byPolicy: boolean;
  /** Undefined while it lasts. */
  readonly until?: number;
}

/** Of incidents that are over. */
export interface Repairs {
  readonly count: number;
  /** NaN of none, and so is the next. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Not soon: a watch that fell silent is noticed after 70 s. */
  readonly slow: number;
}

/** What the incidents of a soak come to. */
export interface Verdict {
  readonly repairs: Repairs;
  /** What edits of the policy changed. */
  readonly edits: Repairs;
  /** Never repaired, or not within the time that counts as ever. */
  readonly missed: readonly Incident[];
}

/** A silent watch is left after 70 s, and what it hid is repaired within 5 s; the rest is for a slow machine. */
export const MISSED_MS = 90_000;
const SLOW_MS = 5_000;

/** Judges what was found until `now`: what has lasted too short a time to tell is neither repaired nor missed. */
export function judge(incidents: readonly Incident[], now: number): Verdict {
  const lasted = ({ from, until = now }: Incident): number => until - from;
  const missed = incidents.filter((incident) => lasted(incident) > MISSED_MS);
  const over = incidents.filter(({ until }) => until !== undefined);
  const of = (byPolicy: boolean): Repairs =>
    repairs(over.filter((incident) => incident.byPolicy === byPolicy).map(lasted));
  return { repairs: of(false), edits: of(true), missed };
}

function repairs(durations: readonly number[]): Repairs {
  return {
    count: durations.length,
    p50Ms: percentile(durations, 0.5),
    p99Ms: percentile(durations, 0.99),
    maxMs: durations.reduce((most, ms) => Math.max(most, ms), 0),
    slow: durations.filter((ms) => ms > SLOW_MS).length,
  };
}
