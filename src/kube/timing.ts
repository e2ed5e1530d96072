import { setTimeout as delay } from 'node:timers/promises';

/** Clock, randomness and delay, so that tests can hold them. */
export interface Timing {
  /** Milliseconds on a clock that never steps: leases and backoff must survive a change of the wall clock. */
  now(): number;
  /** The wall clock, for timestamps others read; never for measuring. */
  date(): Date;
  /** In [0, 1). */
  random(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemTiming: Timing = {
  now: () => performance.now(),
  date: () => new Date(),
  random: () => Math.random(),
  sleep,
};

/** Exponential backoff: the base doubles with every failure up to the limit; jitter keeps many clients apart. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The wait after the n-th failure in a row (n = 0 for the first), between half the step and the step. */
export function backoffDelay(backoff: Backoff, failures: number, random: () => number): number {
  const step = Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(failures, 30));
  return step * (0.5 + random() / 2);
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: the caller looks at its signal next.
  }
}
