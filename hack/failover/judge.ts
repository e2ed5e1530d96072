/** What a process asked that matters to its leadership. Times are of one monotonic clock, in milliseconds. */
export interface LeaderCall {
  readonly process: string;
  /** A renewal that was granted, or a write of anything but the Lease. */
  readonly type: 'renewal' | 'write';
  /** When it was issued, or arrived. */
  readonly at: number;
  /** Of a write, when it was committed or given up. */
  readonly endedAt?: number;
}

/** A write that came when its process had no right to it any more. */
export interface LateWrite {
  readonly process: string;
  /** How long after its last renewal; infinite where there was none. */
  readonly ageMs: number;
}

/** Two processes that wrote by turns. */
export interface Overlap {
  readonly before: string;
  readonly after: string;
  /** From the first write of the later one to the last of the earlier one. */
  readonly ms: number;
}

export interface Verdict {
  readonly writes: number;
  readonly late: readonly LateWrite[];
  readonly overlaps: readonly Overlap[];
  /** The age of its process's last renewal at the write that came closest to the deadline. */
  readonly oldestMs: number;
  /** Handovers in which a write of the earlier process was answered only after the later one had begun. */
  readonly stillInFlight: number;
}

export interface Rule {
  /** The renew deadline. */
  readonly renewMs: number;
  /** What may lie between a process's asking itself whether it may write and the moment that is noted. */
  readonly toleranceMs: number;
}

/**
 * No write arrives later than the renew deadline after its process's last renewal, and none once another process has begun
 * to write.
 */
export function judge(calls: readonly LeaderCall[], { renewMs, toleranceMs }: Rule): Verdict {
  const ages = writeAges(calls);
  const reigns = reignsOf(calls);
  const pairs = reigns.slice(1).map((after, index) => ({ before: reigns[index] ?? after, after }));
  return {
    writes: ages.length,
    late: ages.filter(({ ageMs }) => ageMs > renewMs + toleranceMs),
    overlaps: pairs
      .filter(({ before, after }) => before.lastAt >= after.firstAt)
      .map(({ before, after }) => ({
        before: before.process,
        after: after.process,
        ms: before.lastAt - after.firstAt,
      })),
    oldestMs: Math.max(0, ...ages.map(({ ageMs }) => ageMs)),
    stillInFlight: pairs.filter(({ before, after }) => before.endedAt > after.firstAt).length,
  };
}

/** Of each write, how long ago its process had last been granted the Lease. */
function writeAges(calls: readonly LeaderCall[]): readonly LateWrite[] {
  const renewedAt = new Map<string, number>();
  return inOrder(calls).flatMap(({ process, type, at }) => {
    if (type === 'write') return [{ process, ageMs: at - (renewedAt.get(process) ?? Number.NEGATIVE_INFINITY) }];
    renewedAt.set(process, at);
    return [];
  });
}

interface Reign {
  readonly process: string;
  readonly firstAt: number;
  lastAt: number;
  endedAt: number;
}

/** From each process's first write to its last, in the order of their beginning. */
function reignsOf(calls: readonly LeaderCall[]): readonly Reign[] {
  const reigns = new Map<string, Reign>();
  for (const { process, at, endedAt = at } of inOrder(calls).filter(({ type }) => type === 'write')) {
    const reign = reigns.get(process) ?? { process, firstAt: at, lastAt: at, endedAt };
    reign.lastAt = at;
    reign.endedAt = Math.max(reign.endedAt, endedAt);
    reigns.set(process, reign);
  }
  return [...reigns.values()];
}

function inOrder(calls: readonly LeaderCall[]): readonly LeaderCall[] {
  return calls.toSorted((a, b) => a.at - b.at);
}
