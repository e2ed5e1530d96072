import type { KubeObject, Resource } from '../slots/kube-object.ts';

/** `coordination.k8s.io/v1` Lease. */
export const LEASE: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** The name of the operator's one Lease, which its permissions are bound to. */
export const LEASE_NAME = 'parapet';

/** Who leads, and until when others have to respect it. */
export interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** A Lease as the API server returned it. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** The last change of a Lease that was seen, and when on the local clock: its own times are another machine's. */
export interface Observation {
  readonly spec: string;
  readonly at: number;
}

/** Takes note of a Lease: the time counts from the first sight of its present content. */
export function observe(before: Observation | undefined, lease: Lease, now: number): Observation {
  const spec = JSON.stringify(lease.spec ?? {});
  return before?.spec === spec ? before : { spec, at: now };
}

/** True when nobody else may believe to be leading: released, ours, or unchanged for its whole duration. */
export function isFree(lease: Lease, observed: Observation, identity: string, now: number): boolean {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
  return holderIdentity === '' || holderIdentity === identity || observed.at + leaseDurationSeconds * 1000 < now;
}

/** The spec to write in order to lead, or to go on leading. */
export function heldSpec(before: LeaseSpec | undefined, identity: string, seconds: number, date: Date): LeaseSpec {
  const time = microTime(date);
  const same = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: seconds,
    acquireTime: same ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: before === undefined || same ? transitions : transitions + 1,
  };
}

/** The spec to write in order to let the next one lead at once; client-go does the same. */
export function releasedSpec(before: LeaseSpec | undefined, date: Date): LeaseSpec {
  const time = microTime(date);
  return { ...before, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time };
}

/** Kubernetes' MicroTime wants six digits. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
