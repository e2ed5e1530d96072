import { until as ask } from '../../../hack/support/until.ts';

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
  deadlineMs = 20_000,
): Promise<Exclude<T, undefined | false>> {
  let last: unknown;
  const patient = async (): Promise<T | undefined> => {
    last = undefined;
    try {
      return await probe();
    } catch (error) {
      last = error;
      return undefined;
    }
  };
  return (await ask(what, patient, { deadlineMs, cause: () => last })) as Exclude<T, undefined | false>;
}
