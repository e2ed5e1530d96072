/** Why no usable answer came back. Stable: listed in the docs, used as a metric label. */
export type TransportCode = 'Deadline' | 'Aborted' | 'Network' | 'Malformed' | 'Credentials' | 'NotLeader';

/**
 * A call without a usable answer. Of a write nobody knows whether it was committed, except with `Credentials` and
 * `NotLeader`, where it was never sent. The text never holds headers, tokens or bodies.
 */
export class TransportError extends Error {
  readonly code: TransportCode;

  constructor(code: TransportCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
  }
}

/** A clear answer that was not the hoped-for one: the status and what the API server said about it (at most 1 KiB). */
export class ApiError extends Error {
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The text of whatever was thrown, for a log line or a condition. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
