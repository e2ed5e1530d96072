import type { Effect, SecurityException } from '../api/exception.ts';
import type { Exemption } from './exempt.ts';
import type { SlotPlan } from './namespace-plan.ts';
import { ownershipOf } from './ownership.ts';
import { slotPlan, versioned } from './slot-input.ts';
import type { SlotInput } from './slot-input.ts';
import { slotOf } from './slot-of.ts';
import { tightenedSlot } from './tightening.ts';
import type { TighteningContext } from './tightening.ts';
import type { SlotReason } from './slot-reasons.ts';

/**
 * How a slot stands that an exception may cover, and what mends it.
 *
 * Nothing is written for a policy that doesn't act, and no object is touched that isn't ours: an exception reaches no
 * further than its policies.
 *
 * @returns undefined where the slot is nobody's
 */
export function coveredSlot(
  input: SlotInput,
  exemption: Exemption | undefined,
  tightening: TighteningContext,
): SlotPlan | undefined {
  if (exemption === undefined) return tightenedSlot(input, tightening);
  const { desired, frozenBy, departed } = input;
  if (exemption.how === 'leave' && desired?.includesHeld !== true) return exempt(input, exemption);
  if (desired !== undefined) return exemptOnceWritten(tightenedSlot(withoutException(input), tightening), exemption);
  // Held by somebody who doesn't act or is gone: neither changed nor removed.
  if (input.live !== undefined && frozenBy.length + departed.length > 0) return slotOf(input);
  return removed(input, exemption);
}

/** As it is found. What is recorded stays so: whoever squats the name meanwhile is no stranger that was there before. */
export function exempt(input: SlotInput, { exception, policies }: Exemption): SlotPlan {
  const { live, recorded, objectKind } = input;
  const isOurs = live !== undefined && objectKind.fields === undefined && ownershipOf(live, recorded) === 'ours';
  const uid = isOurs ? live.uid : (recorded?.uid ?? '');
  const before = recorded?.before === undefined ? {} : { before: recorded.before };
  return slotPlan(input, { ...told(exception), policies, uid, exception: exception.name, ...before });
}

function told({
  name,
  owner,
  expirationTime,
  effect,
}: SecurityException): Pick<SlotPlan, 'state' | 'reason' | 'message'> {
  const message = `${DONE[effect]} until ${expirationTime} by exception ${name} of ${owner}`;
  return { state: 'Exempt', reason: REASONS[effect], message };
}

const REASONS: Readonly<Record<Effect, SlotReason>> = {
  Ignore: 'ExceptionIgnore',
  Remove: 'ExceptionRemove',
  Override: 'ExceptionOverride',
};
const DONE: Readonly<Record<Effect, string>> = {
  Ignore: 'left as it is found',
  Remove: 'taken away',
  Override: 'overridden',
};

function removed(input: SlotInput, exemption: Exemption): SlotPlan {
  const { live, recorded } = input;
  const after = exempt(input, exemption);
  if (input.objectKind.fields !== undefined) return putBack(input, after);
  if (live === undefined || ownershipOf(live, recorded) !== 'ours') return after;
  return {
    ...after,
    state: 'Pending',
    change: { action: 'delete', ...versioned({ ...input, live }, undefined) },
    afterwards: after,
  };
}

/** Of fields of an object that isn't ours: what stood there before, where that is known. The object stays. */
function putBack(input: SlotInput, after: SlotPlan): SlotPlan {
  const { change, diffs } = slotOf({ ...input, restores: true }) ?? after;
  return change === undefined ? after : { ...after, state: 'Pending', diffs, change, afterwards: after };
}

/** What an exception wants in a slot is kept like anything else that is wanted; well, it reads Exempt. */
function exemptOnceWritten(planned: SlotPlan | undefined, exemption: Exemption): SlotPlan | undefined {
  if (planned === undefined) return undefined;
  const { exception, policies } = exemption;
  const named = { ...planned, exception: exception.name, policies: union(planned.policies, policies) };
  const well = asExempt(named, exemption);
  // What can't be had, such as a role beyond the ceiling, can't be had by an exception either.
  const after = planned.afterwards?.state === 'Blocked' ? { ...planned.afterwards, exception: exception.name } : well;
  if (planned.change !== undefined) return { ...named, afterwards: after };
  return planned.state === 'OK' || planned.state === 'Frozen' ? well : named;
}

function asExempt({ change, afterwards, tightens, ...planned }: SlotPlan, { exception }: Exemption): SlotPlan {
  void [change, afterwards, tightens];
  return { ...planned, ...told(exception), diffs: [], actor: '' };
}

/** As long as an exception lasts nothing comes back: what differs from what it wants is drift. */
function withoutException({ recorded, ...input }: SlotInput): SlotInput {
  if (recorded === undefined) return input;
  const { exception, ...rest } = recorded;
  void exception;
  return { ...input, recorded: rest };
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set([...one, ...other])].toSorted();
}
