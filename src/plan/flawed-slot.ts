import type { SlotPlan } from './namespace-plan.ts';
import type { Ownership } from './ownership.ts';
import { fieldManager } from './desired-object.ts';
import { slotPlan, versioned } from './slot-input.ts';
import type { Wanted } from './slot-input.ts';

/** As well as it can stand: a flaw or a caveat is told where there is one; `uid` remembers what is or was ours there. */
export function standing(input: Wanted, uid: string): SlotPlan {
  const { policies, flaw, caveat = {} } = input.desired;
  if (flaw === undefined) return slotPlan(input, { state: 'OK', policies, uid, ...caveat });
  return slotPlan(input, { state: 'Blocked', reason: flaw.reason, message: flaw.message, policies, uid });
}

/** Nothing may stand there: what is ours goes, and what took its place; somebody else's object is none of our business. */
export function withheld(input: Wanted, ownership: Ownership | undefined): SlotPlan {
  const { live, recorded, desired } = input;
  const uid = ownership === 'ours' ? (live?.uid ?? '') : (recorded?.uid ?? '');
  const after = standing(input, uid);
  if (live === undefined || ownership === 'foreign') return after;
  return slotPlan(input, {
    state: ownership === 'replaced' ? 'Replaced' : 'Pending',
    policies: desired.policies,
    uid,
    actor: fieldManager,
    change: { action: 'delete', ...versioned({ ...input, live }, undefined) },
    afterwards: after,
  });
}
