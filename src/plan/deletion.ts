import type { Policy } from '../api/policy.ts';

/**
 * What is to be done with a policy's cleanup finalizer now.
 *
 * - `add`: it may write nothing before it has it, or a deletion could overtake its first child.
 * - `remove`: nothing of it is to be cleaned up, whatever it holds.
 * - `clean`: it is being deleted; the finalizer goes with the last thing it holds.
 */
export type FinalizerStep = 'none' | 'add' | 'remove' | 'clean';

/** Suspended, in Audit mode or unreadable, a policy being deleted leaves its children, as Flux does. */
export function finalizerStep(policy: Policy): FinalizerStep {
  const { deleting, finalized, decodable, deletionPolicy } = policy;
  if (deleting && finalized) return cleansUp(policy) ? 'clean' : 'remove';
  if (awaitsFinalizer(policy)) return 'add';
  return finalized && decodable && deletionPolicy === 'Orphan' ? 'remove' : 'none';
}

/** Whether a policy is on its way out and takes along what it holds. */
export function cleansUp(policy: Policy): boolean {
  return policy.deleting && policy.finalized && takesAlong(policy);
}

/** Whether a policy would write but may not yet. No finalizer can be added once a deletion has begun. */
export function awaitsFinalizer(policy: Policy): boolean {
  return !policy.deleting && !policy.finalized && takesAlong(policy);
}

/** For plans without an operator: the policy as it is once it has its finalizer. */
export function asFinalized(policy: Policy): Policy {
  return awaitsFinalizer(policy) ? { ...policy, finalized: true } : policy;
}

/** An unreadable policy is never in Enforce mode. */
function takesAlong({ deletionPolicy, mode, suspend }: Policy): boolean {
  return deletionPolicy === 'Delete' && mode === 'Enforce' && !suspend;
}
