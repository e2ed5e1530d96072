import { until } from '../../support/until.ts';
import type { AuditedRequest } from '../audited-request.ts';
import { isOperators } from '../audited-request.ts';
import { createPolicy, isSettled, readPolicy } from '../bench-policy.ts';
import { KEPT_KINDS } from '../left-behind.ts';
import { childrenCpuMs } from '../process-figures.ts';
import type { Subject } from '../subject.ts';
import type { World } from '../world.ts';

const KEPT: ReadonlySet<string> = new Set(KEPT_KINDS.map(({ plural }) => plural));

export interface Convergence {
  /** From the policy's commit to that of the last object it asks for, from the audit log. */
  readonly ms: number;
  /** The last object's commit, in milliseconds since the epoch. */
  readonly endedAt: number;
  readonly objects: number;
  /** Of every kind, the Lease left out. */
  readonly writes: number;
  /** CPU time of the operator. */
  readonly operatorCpuMs: number;
  /** CPU time of the operator and the control plane. */
  readonly cpuMs: number;
  readonly statusWrites: number;
  /** From the first status write's commit to the last one's. */
  readonly statusMs: number;
  /** The policy's status as JSON. */
  readonly statusBytes: number;
  /** The whole policy as the API server gives it. */
  readonly policyBytes: number;
  /** Opened by then since the operator's start. */
  readonly connections: number;
  readonly stallP99Ms: number;
  readonly peakRssMiB: number;
}

/** Creates the policy and lets the operator bring so many namespaces to it; resolves when the policy says so. */
export async function converge(world: World, subject: Subject, policy: string, count: number): Promise<Convergence> {
  const { admin, controlPlane } = world;
  const tail = await world.tail();
  await subject.stallP99Ms(); // from here on
  const before = await subject.figures();
  const serverBefore = await childrenCpuMs(controlPlane.pid);
  const seen: AuditedRequest[] = [];
  const read = async (): Promise<void> => {
    for (const request of await tail.read()) if (isTold(request)) seen.push(request);
  };
  await createPolicy(admin, policy);
  await until(
    `${count} namespaces compliant`,
    async () => {
      await read();
      return isSettled(admin, policy, count);
    },
    { deadlineMs: 1_800_000, everyMs: 200 },
  );
  const after = await subject.figures();
  const operatorCpuMs = after.cpuMs - before.cpuMs;
  const cpuMs = operatorCpuMs + (await childrenCpuMs(controlPlane.pid)) - serverBefore;
  const stallP99Ms = await subject.stallP99Ms();
  await read();
  const object = await readPolicy(admin, policy);
  return {
    ...timesOf(seen),
    operatorCpuMs,
    cpuMs,
    statusBytes: Buffer.byteLength(JSON.stringify(object.status)),
    policyBytes: Buffer.byteLength(JSON.stringify(object)),
    connections: await subject.metric('parapet_api_connections_total'),
    stallP99Ms,
    peakRssMiB: after.peakRssMiB,
  };
}

function isTold(request: AuditedRequest): boolean {
  return isOperators(request) || isCreation(request);
}

function isCreation({ verb, resource, code }: AuditedRequest): boolean {
  return verb === 'create' && resource === 'clustersecuritypolicies' && code < 300;
}

type Times = Pick<Convergence, 'ms' | 'endedAt' | 'objects' | 'writes' | 'statusWrites' | 'statusMs'>;

function timesOf(seen: readonly AuditedRequest[]): Times {
  const createdAt = seen.find(isCreation)?.answeredAt ?? Number.NaN;
  const writes = seen.filter((request) => isOperators(request) && request.answeredAt > createdAt);
  const kept = writes.filter(({ resource }) => KEPT.has(resource));
  const statuses = writes.filter(
    ({ resource, subresource }) => resource === 'clustersecuritypolicies' && subresource === 'status',
  );
  const endedAt = kept.at(-1)?.answeredAt ?? Number.NaN;
  return {
    ms: endedAt - createdAt,
    endedAt,
    objects: kept.length,
    writes: writes.length,
    statusWrites: statuses.length,
    statusMs: (statuses.at(-1)?.answeredAt ?? 0) - (statuses[0]?.answeredAt ?? 0),
  };
}
