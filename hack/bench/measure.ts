import { setTimeout as delay } from 'node:timers/promises';
import { startOperator } from '../support/operator-process.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { until } from '../support/until.ts';
import { converge, isOperators } from './convergence.ts';
import type { Convergence } from './convergence.ts';
import { leftBehind } from './left-behind.ts';
import type { Kept } from './left-behind.ts';
import { processFigures } from './process-figures.ts';
import { measureRepairs } from './repair-latency.ts';
import type { Repair } from './repair-latency.ts';
import { measureStorm } from './storm.ts';
import type { Storm } from './storm.ts';
import { operatorKubeconfig } from './world.ts';
import type { World } from './world.ts';

/** What only one of the repetitions measures, after it has converged. */
export interface Afterwards {
  readonly idleSeconds: number;
  readonly idleWrites: number;
  readonly steadyRssMiB: number;
  readonly repairs: readonly Repair[];
  readonly storm: Storm;
  readonly peakRssMiB: number;
  /** Opened until then: what is unused for a minute is closed, and opened again when needed. */
  readonly connections: number;
}

export interface ParapetRun {
  readonly convergence: Convergence;
  readonly kept: readonly Kept[];
  /** Opened until everything had converged. */
  readonly connections: number;
  readonly afterwards?: Afterwards;
}

export interface MeasureOptions {
  readonly idleSeconds: number;
  readonly tamperings: number;
}

/** One run of Parapet in a fresh world: convergence, and what comes afterwards where `options` is given. */
export async function measureParapet(
  world: World,
  nodeFlags: readonly string[],
  options?: MeasureOptions,
): Promise<ParapetRun> {
  const operator = await startOperator({ kubeconfig: await operatorKubeconfig(world), nodeFlags });
  try {
    await operator.working();
    await operator.ready();
    const convergence = await converge(world, operator);
    const connections = await operator.metric('parapet_api_connections_total');
    const kept = await leftBehind(world.admin);
    if (options === undefined) return { convergence, connections, kept };
    return { convergence, connections, kept, afterwards: await measureAfterwards(world, operator, kept, options) };
  } finally {
    await operator.stop();
  }
}

async function measureAfterwards(
  world: World,
  operator: OperatorProcess,
  kept: readonly Kept[],
  { idleSeconds, tamperings }: MeasureOptions,
): Promise<Afterwards> {
  await until('the last writes of convergence', () => nothingFor(world, 3), { deadlineMs: 120_000 });
  const before = (await world.audit.read()).length;
  await delay(idleSeconds * 1000);
  const idleWrites = (await world.audit.read()).slice(before).filter(isOperators).length;
  const { rssMiB } = await processFigures(operator.pid);
  const repairs = await measureRepairs(world, kept, tamperings);
  const storm = await measureStorm(world, kept);
  const { peakRssMiB } = await processFigures(operator.pid);
  const connections = await operator.metric('parapet_api_connections_total');
  return { idleSeconds, idleWrites, steadyRssMiB: rssMiB, repairs, storm, peakRssMiB, connections };
}

async function nothingFor({ audit }: World, seconds: number): Promise<boolean> {
  const before = (await audit.read()).filter(isOperators).length;
  await delay(seconds * 1000);
  return (await audit.read()).filter(isOperators).length === before;
}
