/** Who goes first when calls wait for their turn. Of nine that wait, one is normal: no stream of urgent ones starves them. */
export type Priority = 'urgent' | 'normal';

const URGENT_IN_A_ROW = 8;

interface Waiter {
  readonly start: () => void;
}

/**
 * Bounds the calls in flight, and adapts the bound to the server: a 429 halves it, answers grow it back by one per
 * round (additive increase, multiplicative decrease), so it settles below what priority and fairness grants us.
 */
export class Limiter {
  readonly #max: number;
  readonly #now: () => number;
  readonly #urgent: Waiter[] = [];
  readonly #normal: Waiter[] = [];
  #limit: number;
  #running = 0;
  #urgentInARow = 0;
  #halvedAt = Number.NEGATIVE_INFINITY;

  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#limit = max;
    this.#now = now;
  }

  /** The bound of the moment. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Calls in flight. */
  get running(): number {
    return this.#running;
  }

  /** Resolves when the call may start; rejects with the signal's reason when it aborts first. */
  acquire(priority: Priority, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#running < this.limit) {
      this.#running += 1;
      return Promise.resolve();
    }
    return this.#wait(priority === 'urgent' ? this.#urgent : this.#normal, signal);
  }

  /** Ends what `acquire` began. */
  release(): void {
    this.#running -= 1;
    this.#startNext();
  }

  /** The server said it has too much to do. Replies to one burst count once. */
  slowDown(): void {
    if (this.#now() - this.#halvedAt < 1000) return;
    this.#halvedAt = this.#now();
    this.#limit = Math.max(1, this.#limit / 2);
  }

  /** The server answered: one more in flight for every round of answers. */
  speedUp(): void {
    this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit);
  }

  #wait(queue: Waiter[], signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        start: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.push(waiter);
    });
  }

  #startNext(): void {
    while (this.#running < this.limit) {
      const next = this.#next();
      if (next === undefined) return;
      this.#running += 1;
      next.start();
    }
  }

  #next(): Waiter | undefined {
    const fair = this.#urgentInARow >= URGENT_IN_A_ROW && this.#normal.length > 0;
    const queue = fair || this.#urgent.length === 0 ? this.#normal : this.#urgent;
    this.#urgentInARow = queue === this.#urgent ? this.#urgentInARow + 1 : 0;
    return queue.shift();
  }
}
