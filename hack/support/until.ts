import { setTimeout as delay } from 'node:timers/promises';

/** How long a condition may take, and how often it is looked at, in milliseconds. */
export interface Patience {
  readonly deadlineMs?: number | undefined;
  readonly everyMs?: number;
  /** Asked when time is up: the cause that the error carries. */
  readonly cause?: () => unknown;
}

/**
 * Asks until the probe gives something other than undefined and false. Throws, naming what was waited for, when the
 * deadline has passed; a probe's own throw ends it at once.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  { deadlineMs = 30_000, everyMs = 20, cause }: Patience = {},
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (performance.now() > end) {
      throw new Error(`gave up after ${deadlineMs / 1000} s waiting for ${what}`, { cause: cause?.() });
    }
    await delay(everyMs);
  }
}
