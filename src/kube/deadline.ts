import { TransportError } from '../errors.ts';
import type { Timing } from './timing.ts';

/** A limit in time, joined with the caller's own signal. Must be closed. */
export interface Deadline {
  /** Aborts with a TransportError: `Deadline`, or `Aborted` when the caller's signal did. */
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** Begins the time anew. */
  extend(): void;
  close(): void;
}

/**
 * Opens a deadline. One timer and one listener, both taken away by `close`: `AbortSignal.any` and `.timeout` would
 * leave something behind on a signal as old as the process.
 */
export function openDeadline(ms: number, outer: AbortSignal | undefined, timing: Timing): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new TransportError('Deadline', `no answer within ${Math.round(ms / 100) / 10} s`));
  }, ms);
  const onAbort = (): void => controller.abort(new TransportError('Aborted', 'given up by the caller'));
  if (outer?.aborted === true) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  let from = timing.now();
  return {
    signal: controller.signal,
    remainingMs: () => from + ms - timing.now(),
    extend: () => {
      from = timing.now();
      timer.refresh();
    },
    close: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

/** Waits no longer than the signal; rejects with its reason. What was waited for goes on by itself. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw signal.reason;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
