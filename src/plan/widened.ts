import type { Policy } from '../api/policy.ts';
import { slotId } from './fold.ts';
import type { FoldedSlots } from './fold.ts';
import type { SlotPlan } from './namespace-plan.ts';
import { ownershipOf } from './ownership.ts';
import type { SlotReason } from './slot-reasons.ts';
import type { LiveObject, NamespaceSnapshot } from './snapshot.ts';
import { ownerOf } from './stranger.ts';
import { widenedByBinding } from './widened-role-binding.ts';
import { widenedByNetworkPolicy } from './widened-network-policy.ts';

/** The posture that others' objects are held against. */
export interface JudgedPosture {
  /** The policies that ask: acting ones, or the one that reports. Each decides by its own `widening`. */
  readonly policies: readonly Policy[];
  /** What may be open and granted: all that is wanted in the namespace. */
  readonly wanted: FoldedSlots;
  readonly snapshot: NamespaceSnapshot;
}

/** What an object of somebody else's opens, before it is told. */
export interface Widening {
  readonly reason: SlotReason;
  /** What it opens, in words. */
  readonly opens: string;
  /** What its owner can do. */
  readonly remedy: string;
  /** The policies that mind, sorted. */
  readonly policies: readonly string[];
  /** The role it grants is nowhere to be found, so that nobody can tell; not a drift, but told. */
  readonly unknown?: true;
}

/**
 * Others' NetworkPolicies and RoleBindings that open what policies close: reported once each, never written. Those that
 * open something first, then those of which nobody can tell; sorted by slot.
 */
export function widened(posture: JudgedPosture): readonly SlotPlan[] {
  if (posture.policies.length === 0) return [];
  const plans = strangersOf(posture).flatMap((object) => widenedBy(object, posture) ?? []);
  return plans.toSorted((a, b) => Number(a.state === 'OK') - Number(b.state === 'OK') || (a.slot < b.slot ? -1 : 1));
}

/**
 * Objects that no policy asks for, and those that hold a name which one does. A name or a label of ours makes none of them ours: only a record does, which tenants
 * can't write. Otherwise whoever opens a namespace would call it `parapet-…` and be told of as something left behind.
 */
function strangersOf({ wanted, snapshot: { live, others, record } }: JudgedPosture): readonly LiveObject[] {
  const recorded = new Set(record.map(({ slot, uid }) => `${slot} ${uid}`));
  const undue = live.filter((object) => {
    const slot = slotId(object);
    if (recorded.has(`${slot} ${object.uid}`)) return false;
    return !wanted.has(slot) || ownershipOf(object, undefined) === 'foreign';
  });
  return [...others, ...undue];
}

function widenedBy(object: LiveObject, posture: JudgedPosture): SlotPlan | undefined {
  const widening = wideningOf(object, posture);
  if (widening === undefined) return undefined;
  const owner = ownerOf(object);
  return {
    slot: slotId(object),
    state: widening.unknown === true ? 'OK' : 'Widened',
    reason: widening.reason,
    message: `${widening.opens}; managed by ${owner.told}: ${widening.remedy}`,
    policies: widening.policies,
    uid: '',
    diffs: [],
    actor: owner.manager,
  };
}

function wideningOf(object: LiveObject, posture: JudgedPosture): Widening | undefined {
  switch (object.kind) {
    case 'NetworkPolicy':
      return widenedByNetworkPolicy(object, posture);
    case 'RoleBinding':
      return widenedByBinding(object, posture);
    default:
      return undefined;
  }
}
