import { messageOf } from '../errors.ts';
import { openDeadline } from '../kube/deadline.ts';
import { backoffDelay, systemTiming } from '../kube/timing.ts';
import type { Backoff, Timing } from '../kube/timing.ts';
import type { Log } from '../kube/observer.ts';

/** `live` keys overtake `bulk` ones, so that a tenant's edit is repaired while a start's backlog is worked off. */
export type Urgency = 'live' | 'bulk';

/** A key on its way to a worker. */
export interface Item {
  readonly key: string;
  readonly urgency: Urgency;
  /** When it was first added since its last run, on the monotonic clock. */
  readonly addedAt: number;
  /** How often it has been tried again in a row. */
  readonly attempt: number;
}

/** Looks at one key. A throw is logged and the key tried again with backoff: no key is ever lost. */
export type Handler = (item: Item, signal: AbortSignal) => Promise<void>;

/** How many keys are worked on at once: so many of any urgency, and so many more that are live. */
export interface Workers {
  readonly any: number;
  readonly live: number;
}

/** Where the queue reports what it does: the `workqueue_*` metrics. */
export interface QueueObserver {
  added(depth: number): void;
  started(key: string, queuedSeconds: number, depth: number): void;
  finished(key: string, workSeconds: number): void;
  retried(): void;
}

export interface QueueOptions {
  readonly log: Log;
  readonly observer?: QueueObserver;
  readonly timing?: Timing;
  readonly backoff?: Backoff;
  /** A handler's signal aborts after so long. Default 60 s. */
  readonly handlerTimeoutMs?: number;
}

/** client-go starts at 5 ms as well but lets a key wait for up to 1,000 s: too long for a namespace that stands open. */
const DEFAULT_BACKOFF: Backoff = { minMs: 5, maxMs: 60_000 };
const DEFAULT_TIMEOUT_MS = 60_000;

interface Waiting {
  readonly addedAt: number;
  readonly urgency: Urgency;
}

/**
 * A work queue with client-go's semantics: a key that waits is not added twice, one worker at a time has a key, and a
 * key added while it is worked on runs once more afterwards. In arrival order within an urgency.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #timing: Timing;
  /** In arrival order: a Map keeps it, and deletes in constant time. */
  readonly #waiting: Record<Urgency, Map<string, Waiting>> = { live: new Map(), bulk: new Map() };
  readonly #running = new Set<string>();
  /** Added while running. */
  readonly #dirty = new Map<string, Waiting>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: AbortController }>();
  /** Wake those that wait for work, by what they take. */
  readonly #idle: Record<keyof Workers, (() => void)[]> = { any: [], live: [] };
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#waiting.live.size + this.#waiting.bulk.size;
  }

  /** @param addedAt when its cause was seen, on the monotonic clock; now by default */
  add(key: string, urgency: Urgency, addedAt = this.#timing.now()): void {
    if (this.#closed) return;
    if (this.#running.has(key)) this.#dirty.set(key, merge(this.#dirty.get(key), { urgency, addedAt }));
    else this.#enqueue(key, { urgency, addedAt });
  }

  /** Adds the key after a delay; of several delays for a key the earliest counts. */
  addAfter(key: string, delayMs: number, urgency: Urgency = 'live'): void {
    if (this.#closed) return;
    const at = this.#timing.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel.abort();
    const cancel = new AbortController();
    this.#delayed.set(key, { at, cancel });
    void this.#timing.sleep(delayMs, cancel.signal).then(() => {
      if (cancel.signal.aborted) return;
      this.#delayed.delete(key);
      this.add(key, urgency);
    });
  }

  /**
   * Adds the key after its own backoff, which doubles with every call until `forget`.
   * @param atLeastMs what the other side asked to wait
   */
  retry(key: string, atLeastMs = 0): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#options.observer?.retried();
    const backoff = backoffDelay(this.#options.backoff ?? DEFAULT_BACKOFF, failures, this.#timing.random);
    this.addAfter(key, Math.max(backoff, atLeastMs));
  }

  /** The key is well: its next failure starts at the shortest backoff. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Works until `close`; resolves when the last handler has returned. Never rejects. */
  async run(workers: Workers, handler: Handler): Promise<void> {
    const takes = [...Array<'any'>(workers.any).fill('any'), ...Array<'live'>(workers.live).fill('live')];
    await Promise.all(takes.map((taking) => this.#work(taking, handler)));
  }

  /** Takes no more keys and hands none out. Handlers under way finish. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel.abort();
    for (const wake of [...this.#idle.any.splice(0), ...this.#idle.live.splice(0)]) wake();
  }

  async #work(taking: keyof Workers, handler: Handler): Promise<void> {
    while (!this.#closed) {
      const item = this.#take(taking === 'live' ? ['live'] : ['live', 'bulk']);
      if (item === undefined) await new Promise<void>((resolve) => this.#idle[taking].push(resolve));
      else await this.#handle(item, handler);
    }
  }

  #take(urgencies: readonly Urgency[]): Item | undefined {
    for (const urgency of urgencies) {
      const waiting = this.#waiting[urgency];
      const [next] = waiting;
      if (next === undefined) continue;
      const [key, { addedAt }] = next;
      waiting.delete(key);
      this.#running.add(key);
      this.#options.observer?.started(key, (this.#timing.now() - addedAt) / 1000, this.depth);
      return { key, urgency, addedAt, attempt: this.#failures.get(key) ?? 0 };
    }
    return undefined;
  }

  async #handle(item: Item, handler: Handler): Promise<void> {
    const startedAt = this.#timing.now();
    // Closed at the end: an AbortSignal.timeout per run would leave a minute's worth of timers behind.
    const deadline = openDeadline(this.#options.handlerTimeoutMs ?? DEFAULT_TIMEOUT_MS, undefined, this.#timing);
    try {
      await handler(item, deadline.signal);
    } catch (error) {
      this.#options.log.error('reconcile failed', { key: item.key, reason: messageOf(error) });
      this.retry(item.key);
    } finally {
      deadline.close();
      this.#options.observer?.finished(item.key, (this.#timing.now() - startedAt) / 1000);
      this.#done(item.key);
    }
  }

  #done(key: string): void {
    this.#running.delete(key);
    const again = this.#dirty.get(key);
    this.#dirty.delete(key);
    if (again !== undefined && !this.#closed) this.#enqueue(key, again);
  }

  #enqueue(key: string, waiting: Waiting): void {
    const known = this.#waiting.live.get(key) ?? this.#waiting.bulk.get(key);
    const merged = merge(known, waiting);
    if (known !== undefined && known.urgency !== merged.urgency) this.#waiting[known.urgency].delete(key);
    this.#waiting[merged.urgency].set(key, merged);
    // The wake-up of its first add is still under way, or whoever takes it is busy.
    if (known?.urgency === merged.urgency) return;
    if (known === undefined) this.#options.observer?.added(this.depth);
    this.#wake(merged.urgency);
  }

  /** One that takes live keys only leaves the others to what they alone may take. */
  #wake(urgency: Urgency): void {
    const worker = urgency === 'live' ? (this.#idle.live.shift() ?? this.#idle.any.shift()) : this.#idle.any.shift();
    worker?.();
  }
}

/** The more urgent of the two, waiting since the earlier. */
function merge(known: Waiting | undefined, added: Waiting): Waiting {
  if (known === undefined) return added;
  const urgency = known.urgency === 'live' || added.urgency === 'live' ? 'live' : 'bulk';
  // A key that becomes urgent is measured from what made it so.
  const addedAt = known.urgency === urgency ? Math.min(known.addedAt, added.addedAt) : added.addedAt;
  return { urgency, addedAt };
}
