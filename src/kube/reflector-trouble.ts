import { ApiError, messageOf, TransportError } from '../errors.ts';
import { backoffDelay } from './timing.ts';

// client-go's reflector: 0.8 s doubling up to 30 s.
const BACKOFF = { minMs: 800, maxMs: 30_000 };
// Whoever installs the CRDs after the operator shall not wait for it.
const ABSENT = { minMs: 1_000, maxMs: 5_000 };

/** How long to wait before the next list or watch. */
export function waitAfter(error: unknown, failures: number, random: () => number): number {
  const status = error instanceof ApiError ? error.status : 0;
  const waitMs = backoffDelay(status === 404 ? ABSENT : BACKOFF, failures, random);
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(waitMs, asked);
}

/** One line for readiness and `state()`. */
export function describeTrouble(error: unknown, resource: string): string {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 404) return `waiting for CRD ${resource}: the API server does not know it`;
  if (status === 403) return `forbidden: the operator may not list and watch ${resource}; grant it these verbs`;
  if (status === 401) return `unauthorized: the API server does not accept the operator's credentials`;
  if (status === 410) return `listing ${resource} again: its history was compacted`;
  return `reconnecting ${resource}: ${messageOf(error)}`;
}

/** A word for the metric's label: from a fixed few. */
export function restartReason(error: unknown): string {
  if (error instanceof TransportError) return error.code.toLowerCase();
  if (!(error instanceof ApiError)) return 'other';
  const known: Readonly<Record<number, string>> = { 401: 'unauthorized', 403: 'forbidden', 404: 'absent', 410: 'gone' };
  return known[error.status] ?? (error.status === 429 ? 'throttled' : 'server');
}
