import type { AuditedRequest } from '../audited-request.ts';
import { concerns } from '../audited-request.ts';
import { POLICY } from '../phase.ts';
import type { Setting } from '../phase.ts';
import { tamper, tamperings } from './repair.ts';

/** Tamperings while no operator ran. */
export interface Downtime {
  readonly tamperings: number;
  /** From the process's start to the first and to the last repair's commit, by the machine's own clock. */
  readonly firstRepairMs: number;
  readonly lastRepairMs: number;
  /** All that was written until three seconds of silence, the Lease left out. */
  readonly writes: number;
  /** These by what was written: `roles`, `namespacepostures`, `clustersecuritypolicies/status`. Absent in older results. */
  readonly writesOf?: Readonly<Record<string, number>>;
}

// NetworkPolicy, ResourceQuota, LimitRange, Role edited; deletions are in the second four.
const EDITED = [0, 1];
const DELETED = [7, 8];

export async function measureDowntime({ world, subject, kept, settings }: Setting): Promise<Downtime> {
  await subject.settled(POLICY, settings.namespaces);
  await subject.stop();
  const all = tamperings(kept, 10);
  const some = [...EDITED, ...DELETED].flatMap((index) => all[index] ?? []);
  for (const each of some) await tamper(world.admin, each);
  const tail = await world.tail();
  const from = Date.now();
  await subject.start();
  const repairs: AuditedRequest[] = [];
  const writes: AuditedRequest[] = [];
  while (repairs.length < some.length) {
    const written = await tail.settled(3_000);
    writes.push(...written);
    repairs.push(...written.filter((request) => some.some(({ target }) => concerns(request, target))));
  }
  const times = repairs.map(({ answeredAt }) => answeredAt - from);
  return {
    tamperings: some.length,
    firstRepairMs: Math.min(...times),
    lastRepairMs: Math.max(...times),
    writes: writes.length,
    writesOf: countsOf(writes),
  };
}

function countsOf(writes: readonly AuditedRequest[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { resource, subresource } of writes) {
    const what = subresource === '' ? resource : `${resource}/${subresource}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}
