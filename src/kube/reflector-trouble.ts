import { ApiError, messageOf, TransportError } from '../errors.ts';

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
