import { TransportError } from '../errors.ts';
import type { Reply } from './reply.ts';
import { backoffDelay } from './timing.ts';

/** One attempt and what came of it. */
export interface Attempt {
  readonly method: string;
  /** Attempts so far, this one included. */
  readonly tries: number;
  readonly result: Reply | TransportError;
  readonly random: () => number;
}

const TRIES = 5;
const BACKOFF = { minMs: 200, maxMs: 5_000 };

/**
 * How long to wait before the same call may be sent again; undefined when it may not, or has been often enough.
 *
 * A 429 was never carried out, and neither was a 503 that says when to come back: client-go repeats both for every
 * verb. All else is repeated only for reads: nobody knows whether the write behind a broken connection was committed.
 */
export function retryDelay(attempt: Attempt): number | undefined {
  if (attempt.tries >= TRIES || !mayRepeat(attempt)) return undefined;
  const asked = attempt.result instanceof TransportError ? undefined : attempt.result.retryAfterMs;
  const jittered = backoffDelay(BACKOFF, attempt.tries - 1, attempt.random);
  // Never before the time the server named, and not all at that very moment.
  return asked === undefined ? jittered : asked + jittered;
}

function mayRepeat({ method, result }: Attempt): boolean {
  const read = method === 'GET';
  if (result instanceof TransportError) return read && (result.code === 'Network' || result.code === 'Malformed');
  if (result.status === 429) return true;
  if (result.status === 503) return read || result.retryAfterMs !== undefined;
  return read && [500, 502, 504].includes(result.status);
}
