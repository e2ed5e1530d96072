import { tamperSteadily } from './tamperer.ts';
import { isRelease, isRepair, leaderCalls } from './replica.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import type { Kept } from '../bench/left-behind.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { until } from '../support/until.ts';

/** A change of leaders under tampering that begins with the end of the first one. */
export interface Handover {
  /** From the signal to the commit of the first repair by the next one. */
  readonly ms: number;
  /** Of that, until the first one had given the Lease back; absent where it didn't. */
  readonly releasedMs?: number;
  /** From the signal to the next one's first grant of the Lease. */
  readonly wonMs: number;
  /** How the first one ended. */
  readonly code: number | null;
}

/** Where handovers take place. */
export interface Ground {
  readonly admin: KubeClient;
  readonly kept: readonly Kept[];
  readonly replicas: Replicas;
}

const PER_SECOND = 5;

/** Ends the leader and measures until the next one has repaired something. Leaves as many replicas as there were. */
export async function measureHandover(ground: Ground, signal: 'SIGKILL' | 'SIGTERM'): Promise<Handover> {
  const { admin, kept, replicas } = ground;
  await replicas.fill();
  const leader = await replicas.leader();
  const at = performance.now();
  leader.process.signal(signal);
  const tamperer = tamperSteadily(admin, kept, PER_SECOND);
  try {
    const { next, repairedAt } = await firstRepair(replicas, leader);
    const { code } = await leader.process.exited;
    const released = leader.proxy.calls.find(isRelease)?.committedAt;
    const won = leaderCalls(next).find(({ type }) => type === 'renewal')?.at ?? Number.NaN;
    return {
      ms: repairedAt - at,
      wonMs: won - at,
      ...(released === undefined ? {} : { releasedMs: released - at }),
      code,
    };
  } finally {
    await tamperer.stop();
  }
}

/** Who else than this one had first repaired something, and when. */
async function firstRepair(replicas: Replicas, before: Replica): Promise<{ next: Replica; repairedAt: number }> {
  return until(
    'the first repair by the next leader',
    () =>
      replicas
        .alive()
        .filter((replica) => replica !== before)
        .flatMap((next) => {
          const repairedAt = next.proxy.calls.find((call) => isRepair(call))?.committedAt;
          return repairedAt === undefined ? [] : { next, repairedAt };
        })[0],
    { deadlineMs: 60_000, everyMs: 5 },
  );
}
