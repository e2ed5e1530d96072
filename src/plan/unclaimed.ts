import { unknownActor } from './actor.ts';
import type { SlotPlan } from './namespace-plan.ts';
import { UNKNOWN_HOLDER, slotPlan, versioned } from './slot-input.ts';
import type { Present, SlotInput } from './slot-input.ts';

/** Held by policies that don't act: neither changed nor pruned. */
export function frozen(input: Present): SlotPlan {
  return slotPlan(input, {
    state: 'Frozen',
    reason: 'PolicyNotActing',
    message: `held by ${input.frozenBy.join(', ')}, which is suspended, in Audit mode or invalid: neither changed nor pruned`,
    policies: input.holders,
    uid: input.live.uid,
  });
}

/**
 * What a frozen policy holds was deleted, or deleted and squatted: not ours to mend now. The record of it has to stay,
 * or the squatter would pass for a stranger that was there before us once the policy acts again.
 */
export function lostWhileFrozen(input: SlotInput): SlotPlan | undefined {
  const { recorded, live, frozenBy, holders } = input;
  if (recorded === undefined || recorded.uid === '' || frozenBy.length === 0) return undefined;
  return slotPlan(input, {
    state: live === undefined ? 'Missing' : 'Replaced',
    reason: 'PolicyNotActing',
    message: `not repaired: ${frozenBy.join(', ')} is suspended, in Audit mode or invalid`,
    policies: holders,
    uid: recorded.uid,
    actor: unknownActor,
  });
}

/** Ours, and nobody's claim any more. Only where every holder has plainly dropped it may it be removed. */
export function unclaimed(input: Present): SlotPlan {
  const { frozenBy, departed, leaving, holders } = input;
  // What only says of itself that it is ours is not put on record: nobody would look at what it opens later.
  const uid = input.recorded?.uid === input.live.uid ? input.live.uid : '';
  if (frozenBy.length > 0) return { ...frozen(input), uid };
  if (departed.length > 0 || holders.length + leaving.length === 0) return { ...orphaned(input), uid };
  if (leaving.length > 0) return cleanedUp(input);
  return slotPlan(input, {
    state: 'Unwanted',
    reason: 'NoLongerAskedFor',
    message: `${input.holders.join(', ')} no longer asks for it`,
    policies: input.holders,
    uid: input.live.uid,
    change: { action: 'delete', ...versioned(input, undefined) },
  });
}

/** Left by policies that take with them what they hold, and held by nobody else. */
function cleanedUp(input: Present): SlotPlan {
  return slotPlan(input, {
    state: 'Orphaned',
    reason: 'CleaningUp',
    message: `${input.leaving.join(', ')} left it with deletionPolicy Delete; it is about to be deleted`,
    policies: [...input.holders, ...input.leaving].toSorted(),
    uid: input.live.uid,
    change: { action: 'delete', ...versioned(input, undefined) },
  });
}

/** Left behind by departed policies: kept and told. */
export function orphaned(input: Present): SlotPlan {
  const left = input.departed.join(', ') || UNKNOWN_HOLDER;
  return slotPlan(input, {
    state: 'Orphaned',
    reason: 'PolicyGone',
    message: `left by ${left}, which is gone or no longer selects this namespace; kept; next: parapet release ${input.namespace}`,
    policies: input.holders,
    uid: input.live.uid,
  });
}
