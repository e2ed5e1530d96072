/** client-go's spam filter: 25 events of one object at once, then one in five minutes. */
export const EVENT_BURST = 25;
export const EVENT_REFILL_MS = 300_000;

const OBJECTS = 4096;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** How many Events each object may still cause. Bounded: the object that was silent for longest is forgotten first. */
export class EventBudget {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one; false when there is none. */
  take(object: string, now: number): boolean {
    const bucket = this.#buckets.get(object) ?? { tokens: EVENT_BURST, at: now };
    const tokens = Math.min(EVENT_BURST, bucket.tokens + (now - bucket.at) / EVENT_REFILL_MS);
    const granted = tokens >= 1;
    this.#buckets.delete(object);
    this.#buckets.set(object, { tokens: granted ? tokens - 1 : tokens, at: now });
    forgetOldest(this.#buckets, OBJECTS);
    return granted;
  }
}

/** Keeps a map at its size by dropping what was set first. */
export function forgetOldest(map: Map<string, unknown>, size: number): void {
  for (const key of map.keys()) {
    if (map.size <= size) return;
    map.delete(key);
  }
}
