import type { CallIdentity } from './call-identity.ts';

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A call that came in. All times are on this process's monotonic clock, in milliseconds. */
export interface ArrivedCall extends CallIdentity {
  /** In the order of arrival, from 1. */
  readonly seq: number;
  /** The how-manieth call of just this identity, from 1. */
  readonly n: number;
  readonly method: string;
  readonly url: string;
  /** The parsed body of a write; undefined where it has none or isn't JSON. */
  readonly body: unknown;
  readonly arrivedAt: number;
}

/** A call and what became of it; the later members appear as it goes on. */
export interface ProxiedCall extends ArrivedCall {
  readonly forwardedAt?: number;
  /** When the API server's answer was in: what it changed was committed before. */
  readonly committedAt?: number;
  /** What the API server said. */
  readonly status?: number;
  /** The parsed answer to a write. */
  readonly reply?: unknown;
  /** When the last byte was handed to the caller, or its connection ended. */
  readonly answeredAt?: number;
  /** What the caller got: a status, or nothing it could read. Absent while it waits. */
  readonly told?: number | 'reset';
  /** The name of the fault that acted on it. */
  readonly fault?: string;
}
