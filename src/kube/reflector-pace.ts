import { ApiError } from '../errors.ts';
import { backoffDelay, type Timing } from './timing.ts';

// client-go's reflector: 0.8 s doubling up to 30 s.
const BACKOFF = { minMs: 800, maxMs: 30_000 };
// Whoever installs the CRDs after the operator shall not wait for it.
const ABSENT = { minMs: 1_000, maxMs: 5_000 };
// client-go forgets failures after two minutes. One connection in ten seconds harms no server, and drift waits.
const HEALTHY_MS = 10_000;
// A watch this short told nothing and would spin.
const SHORT_MS = 1_000;

/** How long a reflector waits before its next list or watch. */
export class ReflectorPace {
  readonly #timing: Pick<Timing, 'now' | 'random'>;
  #failures = 0;
  #beganAt = 0;
  #hasTold = false;
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(timing: Pick<Timing, 'now' | 'random'>) {
    this.#timing = timing;
  }

  /** A list or watch begins. */
  begin(): void {
    this.#beganAt = this.#timing.now();
    this.#hasTold = false;
  }

  /** It told something. */
  told(): void {
    this.#hasTold = true;
  }

  /** It told all there is. */
  listed(): void {
    this.#hasTold = true;
    this.#listedAt = this.#timing.now();
  }

  /**
   * It ended without an error.
   *
   * @returns whether the next may begin at once: not where it ended at once and told nothing, which would spin
   */
  endedWell(): boolean {
    const well = this.#hasTold || this.#lasted() >= SHORT_MS;
    if (well) this.#failures = 0;
    return well;
  }

  /** It ended with an error; how long to wait, in milliseconds. */
  afterTrouble(error: unknown): number {
    if (this.#lasted() >= HEALTHY_MS) this.#failures = 0;
    const waitMs = this.#mayListAgain(error) ? 0 : waitAfter(error, this.#failures, this.#timing.random);
    this.#failures += 1;
    return waitMs;
  }

  /** Of compacted history the way on is a new list, at once, unless the last one is only just over. */
  #mayListAgain(error: unknown): boolean {
    return isCompacted(error) && this.#timing.now() - this.#listedAt >= HEALTHY_MS;
  }

  #lasted(): number {
    return this.#timing.now() - this.#beganAt;
  }
}

/** Whether history was compacted under us: what we know can't be gone on from. */
export function isCompacted(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

function waitAfter(error: unknown, failures: number, random: () => number): number {
  const status = error instanceof ApiError ? error.status : 0;
  const waitMs = backoffDelay(status === 404 ? ABSENT : BACKOFF, failures, random);
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(waitMs, asked);
}
