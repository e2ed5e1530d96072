import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/** Repeats an assertion until it holds, and returns what it returns. */
export async function eventually<T>(what: string, assertion: () => Promise<T> | T, deadlineMs?: number): Promise<T> {
  const { held } = await until(what, async () => ({ held: await assertion() }), deadlineMs);
  return held;
}

/**
 * Asks until the probe gives something other than undefined or false, and returns that.
 * @param what a sentence: what is waited for
 * @param probe may throw: then it is asked again; the last error is told when time is up
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = 10_000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`, { cause: last });
    await delay(POLL_MS);
  }
}
