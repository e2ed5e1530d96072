import { forgetOldest } from './event-budget.ts';
import type { Reply } from './reply.ts';

const REMEMBERED = 4_096;

interface Asked {
  readonly until: number;
  readonly reply: Reply;
}

/**
 * Calls that were given up although the API server had named a time to come back. Whoever makes the same call next, from
 * a queue that knows nothing of it, waits until then as well.
 */
export class AskedToWait {
  readonly #now: () => number;
  readonly #asked = new Map<string, Asked>();

  /** @param now monotonic, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A reply that is handed on: nothing is kept of one that names no time. */
  givenUp(call: string, reply: Reply): void {
    if (reply.retryAfterMs === undefined) return;
    this.#asked.delete(call);
    this.#asked.set(call, { until: this.#now() + reply.retryAfterMs, reply });
    forgetOldest(this.#asked, REMEMBERED);
  }

  /** What the call was answered and how long it has to wait yet, in milliseconds; undefined where it need not. */
  standing(call: string): { readonly reply: Reply; readonly waitMs: number } | undefined {
    const asked = this.#asked.get(call);
    if (asked === undefined) return undefined;
    const waitMs = asked.until - this.#now();
    if (waitMs > 0) return { reply: { ...asked.reply, retryAfterMs: waitMs }, waitMs };
    this.#asked.delete(call);
    return undefined;
  }
}
