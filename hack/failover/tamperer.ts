import { setTimeout as delay } from 'node:timers/promises';
import { tamper, tamperings } from '../bench/phases/repair.ts';
import type { Kept } from '../bench/left-behind.ts';
import { ApiError } from '../../src/errors.ts';
import type { KubeClient } from '../../src/kube/client.ts';

/** Tampers at a steady rate until it is stopped, so that whoever leads always has something to write. */
export interface Tamperer {
  /** Tamperings that the API server granted. */
  readonly done: () => number;
  stop(): Promise<void>;
}

/** Edits and deletes by turns, one object after another; what is gone already is passed over. */
export function tamperSteadily(admin: KubeClient, kept: readonly Kept[], perSecond: number): Tamperer {
  let stopped = false;
  let count = 0;
  const all = tamperings(kept, kept.length * 2);
  const work = async (): Promise<void> => {
    // Not the same ones first each time: whoever repairs an object often does so more and more slowly.
    const first = Math.floor(Math.random() * all.length);
    for (let index = 0; !stopped; index += 1) {
      const tampering = all[(first + index) % all.length];
      if (tampering !== undefined && (await granted(tamper(admin, tampering)))) count += 1;
      await delay(1000 / perSecond);
    }
  };
  const running = work();
  return {
    done: () => count,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

/** What nobody has repaired yet can't be tampered with again. */
async function granted(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return false;
    throw error;
  }
}
