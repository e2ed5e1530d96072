import { setTimeout as delay } from 'node:timers/promises';
import { isOperators } from '../audited-request.ts';
import type { AuditedRequest } from '../audited-request.ts';
import type { Setting } from '../phase.ts';
import { POLICY } from '../phase.ts';
import { OPERATOR_USER } from '../../support/operator-kubeconfig.ts';

/** Nobody does anything. */
export interface Idle {
  readonly seconds: number;
  /** Whatever the operator asked for in the window, its Lease left out. */
  readonly writes: number;
  readonly reads: number;
  /** Watches that ended and began anew. */
  readonly watches: number;
  readonly leaseCalls: number;
  /** CPU time of the operator in the window, or in its first `cpuSeconds`. */
  readonly cpuMs: number;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  /** Of the event loop, in the whole window. */
  readonly stallP99Ms: number;
}

const CPU_SECONDS = 180;

export async function measureIdle({ world, subject, settings }: Setting): Promise<Idle> {
  await subject.settled(POLICY, settings.namespaces);
  await subject.stallP99Ms();
  const cpuSeconds = Math.min(CPU_SECONDS, settings.idleSeconds);
  const tail = await world.tail();
  const before = await subject.figures();
  await delay(cpuSeconds * 1000);
  const after = await subject.figures();
  await delay((settings.idleSeconds - cpuSeconds) * 1000);
  const { rssMiB } = await subject.figures();
  const asked = (await tail.read()).filter(({ user }) => user === OPERATOR_USER);
  const stallP99Ms = await subject.stallP99Ms();
  return {
    seconds: settings.idleSeconds,
    ...counted(asked),
    cpuMs: after.cpuMs - before.cpuMs,
    cpuSeconds,
    rssMiB,
    stallP99Ms,
  };
}

function counted(asked: readonly AuditedRequest[]): Pick<Idle, 'writes' | 'reads' | 'watches' | 'leaseCalls'> {
  const ofLease = asked.filter(({ resource }) => resource === 'leases');
  const others = asked.filter(({ resource }) => resource !== 'leases');
  return {
    writes: others.filter(isOperators).length,
    reads: others.filter(({ verb }) => verb === 'get' || verb === 'list').length,
    watches: others.filter(({ verb }) => verb === 'watch').length,
    leaseCalls: ofLease.length,
  };
}
