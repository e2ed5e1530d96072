import type { Timing } from '../../../src/kube/timing.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that only moves when told to. */
export interface FakeTiming extends Timing {
  /** Moves the clock on, waking sleepers in their order and letting what they started run. */
  advance(ms: number): Promise<void>;
  /** Moves the clock without waking anybody: a process that was stopped. */
  skip(ms: number): void;
  /** Waits asked for so far. */
  readonly sleeps: readonly number[];
}

export function fakeTiming(random: () => number = () => 0): FakeTiming {
  let now = 1_000;
  const sleepers = new Set<Sleeper>();
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    date: () => new Date(Date.UTC(2026, 0, 1) + now),
    random,
    skip: (ms) => {
      now += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        sleeps.push(ms);
        const wake = (): void => {
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        if (signal?.aborted === true) return resolve();
        signal?.addEventListener('abort', wake, { once: true });
        sleepers.add(sleeper);
      }),
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await settled();
        const next = [...sleepers].filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];
        if (next === undefined) break;
        now = Math.max(now, next.until);
        next.wake();
      }
      now = end;
      await settled();
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
