import type { Change, NamespacePlan, SlotPlan } from './namespace-plan.ts';

/** A slot whose change is due. */
export type DueSlot = SlotPlan & { readonly change: Change };

/**
 * The changes of a plan in the order they are to be written: creates and patches first (allows before default-deny,
 * LimitRange before ResourceQuota, Role before RoleBinding), then deletes the other way round, so that no step leaves
 * a moment without a default-deny, nor pods closed off without their allows.
 */
export function dueSlots(plan: NamespacePlan): readonly DueSlot[] {
  const due = plan.slots.filter((slot): slot is DueSlot => slot.change !== undefined);
  const removals = due.filter(({ change }) => change.action === 'delete');
  const writes = due.filter(({ change }) => change.action !== 'delete');
  return [...writes.toSorted(byOrder), ...removals.toSorted((a, b) => byOrder(b, a))];
}

function byOrder(a: DueSlot, b: DueSlot): number {
  return a.change.order - b.change.order || (a.slot < b.slot ? -1 : 1);
}

/** Whether fields of somebody else's object are given back and are no slot any more. */
export function isRelease(change: Change): boolean {
  return change.action === 'apply' && change.releases === true;
}
