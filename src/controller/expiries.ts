import type { Timing } from '../kube/timing.ts';

/**
 * A timer runs on the monotonic clock, and an exception ends by the wall clock, which may be set meanwhile: so it is
 * looked at again after so long. Nothing is asked of the cluster for it. Node's timers end at 24 days anyway.
 */
const LOOK_AGAIN_MS = 30_000;

/** Something that is active until a moment of the wall clock, in milliseconds since 1970. */
export interface Ending {
  readonly name: string;
  readonly expiresAt: number;
}

export interface ExpiriesOptions {
  /** Those that are active at the moment. */
  readonly active: () => readonly Ending[];
  readonly timing: Pick<Timing, 'date' | 'sleep'>;
  /** Told as soon as time alone has ended some, or a clock set back has brought some back. */
  readonly onChange: (names: readonly string[]) => void;
}

/** Waits for the next exception to end: one timer, however many there are, and none where there is none. */
export class Expiries {
  readonly #options: ExpiriesOptions;
  #waiting = new AbortController();

  constructor(options: ExpiriesOptions) {
    this.#options = options;
  }

  /** Another one may be the next now. */
  wake(): void {
    this.#waiting.abort();
  }

  /** Waits and tells until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    const { active, onChange } = this.#options;
    let known = namesOf(active());
    while (!signal.aborted) {
      this.#waiting = new AbortController();
      const current = active();
      const names = namesOf(current);
      const changed = [...names, ...known].filter((name) => names.has(name) !== known.has(name));
      if (changed.length > 0) onChange(changed.toSorted());
      known = names;
      await this.#untilNext(current);
    }
  }

  async #untilNext(active: readonly Ending[]): Promise<void> {
    const { timing } = this.#options;
    const { signal } = this.#waiting;
    if (active.length === 0) return woken(signal);
    const next = active.reduce((earliest, { expiresAt }) => Math.min(earliest, expiresAt), Number.POSITIVE_INFINITY);
    await timing.sleep(Math.min(LOOK_AGAIN_MS, Math.max(1, next - timing.date().getTime())), signal);
  }
}

function namesOf(endings: readonly Ending[]): Set<string> {
  return new Set(endings.map(({ name }) => name));
}

function woken(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
