import { setTimeout as delay } from 'node:timers/promises';
import { createPolicy } from '../bench/bench-policy.ts';
import { leftBehind } from '../bench/left-behind.ts';
import { loadNow, machine, versionsIn } from '../bench/results.ts';
import type { Versions } from '../bench/results.ts';
import { makeWorld } from '../bench/world.ts';
import type { World } from '../bench/world.ts';
import { startOperator } from '../support/operator-process.ts';
import { until } from '../support/until.ts';
import type { LeaseTimings } from '../../src/kube/lease-timings.ts';
import { LEASE_TIMINGS } from '../../src/kube/lease-timings.ts';
import { measureHandover } from './handover.ts';
import type { Ground, Handover } from './handover.ts';
import { judge } from './judge.ts';
import type { Verdict } from './judge.ts';
import { induceLosses, LOSS_KINDS } from './losses.ts';
import type { Loss, LossKind } from './losses.ts';
import { Replicas } from './replicas.ts';

/** How much is measured. */
export interface Settings {
  readonly namespaces: number;
  readonly kills: number;
  readonly stops: number;
  readonly losses: number;
}

/** What docs/results/failover.json holds. */
export interface Results {
  /** RFC 3339. */
  readonly date: string;
  readonly machine: string;
  readonly loadBefore: number;
  readonly versions: Versions;
  readonly seconds: number;
  readonly namespaces: number;
  /** Of kills and stops. */
  readonly timings: LeaseTimings;
  readonly kills: readonly Handover[];
  readonly stops: readonly Handover[];
  /** Of losses: shorter, since there are many. */
  readonly lossTimings: LeaseTimings;
  readonly losses: readonly Loss[];
  /** Processes that lost the Lease unasked, where the machine was too slow for such short times. */
  readonly unasked: number;
  readonly toleranceMs: number;
  /** Of calls as they were issued. */
  readonly issued: Verdict;
  /** Of the same as they arrived. */
  readonly arrived: Verdict;
}

/** A hundred losses with the usual times would take an hour. */
export const SHORT_TIMINGS: LeaseTimings = { leaseMs: 3_000, renewMs: 2_000, retryMs: 500 };
/** A process may be set aside between asking whether it may write and sending: there is no fencing against that. */
export const TOLERANCE_MS = 50;
const PER_SECOND = 20;

export type Tell = (text: string) => void;

/** The whole measurement, on a control plane of its own. */
export async function measureFailover(settings: Settings, tell: Tell): Promise<Results> {
  const from = performance.now();
  const about = { date: new Date().toISOString(), machine: machine(), loadBefore: loadNow() };
  const world = await makeWorld({ bench: settings.namespaces });
  try {
    await createPolicy(world.admin, 'bench');
    const kept = await converged(world, settings.namespaces);
    const handovers = await measureHandovers(world, kept, settings, tell);
    const lost = await measureLosses(world, kept, settings, tell);
    const versions = await versionsIn(world);
    const rest = { namespaces: settings.namespaces, timings: LEASE_TIMINGS, lossTimings: SHORT_TIMINGS };
    const seconds = (performance.now() - from) / 1000;
    return { ...about, versions, seconds, ...rest, ...handovers, ...lost, toleranceMs: TOLERANCE_MS };
  } finally {
    await world.end();
  }
}

/** What there is to tamper with, once a first process has made it. */
async function converged({ admin, operatorKubeconfig }: World, namespaces: number): Promise<Ground['kept']> {
  const operator = await startOperator({ kubeconfig: operatorKubeconfig });
  try {
    return await until(
      'every namespace to have its objects',
      async () => {
        const kept = await leftBehind(admin, 'bench-');
        // Five, and the report.
        return kept.length === namespaces * 6 ? kept : undefined;
      },
      { deadlineMs: 120_000, everyMs: 500 },
    );
  } finally {
    await operator.stop();
  }
}

async function measureHandovers(
  world: World,
  kept: Ground['kept'],
  settings: Settings,
  tell: Tell,
): Promise<Pick<Results, 'kills' | 'stops'>> {
  const replicas = replicasIn(world, 2, []);
  const times = async (count: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<readonly Handover[]> => {
    const handovers: Handover[] = [];
    while (handovers.length < count) {
      const handover = await measureHandover({ admin: world.admin, kept, replicas }, signal);
      tell(`${signal} ${handovers.length + 1} of ${count}: first repair by the next after ${seconds(handover.ms)}`);
      handovers.push(handover);
    }
    return handovers;
  };
  try {
    return { stops: await times(settings.stops, 'SIGTERM'), kills: await times(settings.kills, 'SIGKILL') };
  } finally {
    await replicas.end();
  }
}

async function measureLosses(
  world: World,
  kept: Ground['kept'],
  settings: Settings,
  tell: Tell,
): Promise<Pick<Results, 'losses' | 'unasked' | 'issued' | 'arrived'>> {
  const replicas = replicasIn(world, 3, timingFlags(SHORT_TIMINGS));
  try {
    tell(`${settings.losses} induced losses`);
    const losses = await induceLosses({ admin: world.admin, kept, replicas }, kindsOf(settings.losses), PER_SECOND);
    // Whatever a process had still to send has been sent by then.
    await delay(SHORT_TIMINGS.leaseMs);
    const unasked = replicas.all.length - replicas.alive().length - losses.length;
    const rule = { ...SHORT_TIMINGS, toleranceMs: TOLERANCE_MS };
    return { losses, unasked, issued: judge(replicas.issued(), rule), arrived: judge(replicas.arrived(), rule) };
  } finally {
    await replicas.end();
  }
}

/** By turns. */
export function kindsOf(count: number): readonly LossKind[] {
  return Array.from({ length: count }, (_, index) => LOSS_KINDS[index % LOSS_KINDS.length] ?? 'refused');
}

/** The flags for times of the Lease. */
export function timingFlags({ leaseMs, renewMs, retryMs }: LeaseTimings): readonly string[] {
  return [
    `--leader-elect-lease-duration=${leaseMs}ms`,
    `--leader-elect-renew-deadline=${renewMs}ms`,
    `--leader-elect-retry-period=${retryMs}ms`,
  ];
}

function replicasIn({ operatorKubeconfig, controlPlane }: World, count: number, flags: readonly string[]): Replicas {
  return new Replicas(count, { kubeconfig: operatorKubeconfig, dir: controlPlane.dir, flags, start: startOperator });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
