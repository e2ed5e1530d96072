/** Of a leader election, in milliseconds. The lease must outlast the renew deadline: the gap is what keeps writers apart. */
export interface LeaseTimings {
  /** Others respect the lease for so long after its last change. */
  readonly leaseMs: number;
  /** Without a renewal for so long, this process stops writing. */
  readonly renewMs: number;
  readonly retryMs: number;
}

/** client-go's own. */
export const LEASE_TIMINGS: LeaseTimings = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

/** By how much candidates spread their tries at most; client-go's. */
export const JITTER_FACTOR = 1.2;

/**
 * What is wrong with timings, in terms of the flags; undefined where nothing is. The rules are those of client-go's
 * `NewLeaderElector`, and one of the Lease itself, which holds whole seconds.
 */
export function leaseTimingsProblem({ leaseMs, renewMs, retryMs }: LeaseTimings): string | undefined {
  if (leaseMs % 1000 !== 0) return '--leader-elect-lease-duration must be whole seconds: a Lease holds no less';
  if (leaseMs <= renewMs) return '--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline';
  if (renewMs <= retryMs * JITTER_FACTOR) {
    return `--leader-elect-renew-deadline must be longer than ${JITTER_FACTOR} times --leader-elect-retry-period`;
  }
  return undefined;
}
