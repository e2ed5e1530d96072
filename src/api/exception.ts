import { spelledDuration } from '../semantics/duration.ts';
import type { Problem } from '../slots/slot-kind.ts';
import type { Selection } from './policy.ts';

/** What becomes of the slots an exception covers. */
export type Effect = 'Ignore' | 'Remove' | 'Override';

/**
 * A SecurityException, decoded in isolation. One with a problem has no effect at all: what can't be read in full opens
 * nothing.
 */
export interface SecurityException {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly deleting: boolean;
  /** False where something is wrong with it: it covers nothing then. */
  readonly decodable: boolean;
  readonly selection: Selection;
  /** Absent: every policy. */
  readonly policyNames?: readonly string[];
  /** Globs of `Kind/name`; absent: every slot. */
  readonly slots?: readonly string[];
  readonly effect: Effect;
  /** Slot kinds' blocks by field; empty unless the effect is Override. */
  readonly override: Readonly<Record<string, unknown>>;
  readonly owner: string;
  readonly reason: string;
  /** As written, RFC 3339. */
  readonly expirationTime: string;
  /** The same, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** When the API server took it in, in milliseconds since 1970; absent for one that only a file holds. */
  readonly createdAt?: number;
  /** Every fault found, with full paths. */
  readonly problems: readonly Problem[];
}

/** How an exception stands at a moment. Only one that is `active` covers anything. */
export type ExceptionStanding = 'active' | 'expired' | 'tooLong' | 'invalid' | 'deleting';

/**
 * How an exception stands.
 *
 * The longest duration counts from its creation and not from now: one that lasts too long does not become valid by
 * waiting, and none is prolonged for ever by edits.
 * @param now milliseconds since 1970
 * @param maxDurationMs how long one may last
 */
export function standingOf(exception: SecurityException, now: number, maxDurationMs: number): ExceptionStanding {
  const { decodable, deleting, expiresAt, createdAt = now } = exception;
  if (deleting) return 'deleting';
  if (!decodable) return 'invalid';
  if (expiresAt - createdAt > maxDurationMs) return 'tooLong';
  return now < expiresAt ? 'active' : 'expired';
}

/** Why one that is `tooLong` has no effect, and what to do. */
export function toldTooLong(maxDurationMs: number): string {
  const limit = spelledDuration(maxDurationMs);
  return `it has no effect: from its creation to spec.expirationTime it is longer than ${limit} (--max-exception-duration); set an earlier one or create the exception anew`;
}
