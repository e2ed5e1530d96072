import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { ProxiedWatch } from '../support/fault-proxy/proxied-watch.ts';

/** How a watch may end. */
export type Disturbance = 'reset' | 'end' | '410' | 'half-open';

/** A watch every so many milliseconds. */
const EVERY_MS = [2_000, 5_000] as const;
/** It is noticed after 70 s, and hides whatever comes meanwhile: one at a time, and not always one. */
const HALF_OPEN_MS = 120_000;
const FIRST_HALF_OPEN_MS = 15_000;

const EXPIRED = {
  type: 'ERROR',
  object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' },
};

/** Does something to one of the operator's watches every few seconds. */
export class Disturber {
  readonly counts = new Map<Disturbance, number>();
  /** What was half open, one after another. */
  readonly halfOpen: string[] = [];
  readonly #proxy: FaultProxy;
  readonly #random: () => number;
  readonly #over = new WeakSet<ProxiedWatch>();
  #halfOpenAt = performance.now() - HALF_OPEN_MS + FIRST_HALF_OPEN_MS;

  constructor(proxy: FaultProxy, random: () => number) {
    this.#proxy = proxy;
    this.#random = random;
  }

  /** Until the signal aborts; what is half open then stays so until the operator notices. */
  async run(signal: AbortSignal): Promise<void> {
    const known = new Set<ProxiedWatch>();
    while (!signal.aborted) {
      const [min, max] = EVERY_MS;
      await delay(min + this.#random() * (max - min));
      for (const watch of this.#proxy.watches) {
        if (known.has(watch)) continue;
        known.add(watch);
        void watch.closed.then(() => this.#over.add(watch));
      }
      const alive = this.#proxy.watches.filter((watch) => !this.#over.has(watch));
      const victim = alive[Math.floor(this.#random() * alive.length)];
      if (victim !== undefined) this.#disturb(victim);
      this.#proxy.forget(({ answeredAt }) => answeredAt !== undefined);
    }
  }

  #disturb(watch: ProxiedWatch): void {
    const how = this.#choose();
    this.counts.set(how, (this.counts.get(how) ?? 0) + 1);
    this.#over.add(watch);
    if (how === 'reset') watch.reset();
    else if (how === 'half-open') {
      this.halfOpen.push(watch.call.resource);
      watch.blackhole();
    } else {
      if (how === '410') watch.inject(EXPIRED);
      watch.end();
    }
  }

  #choose(): Disturbance {
    if (performance.now() - this.#halfOpenAt > HALF_OPEN_MS) {
      this.#halfOpenAt = performance.now();
      return 'half-open';
    }
    const chance = this.#random();
    return chance < 0.6 ? 'reset' : chance < 0.85 ? 'end' : '410';
  }
}
