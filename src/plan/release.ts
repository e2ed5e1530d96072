import type { NamespacePlan, SlotPlan } from './namespace-plan.ts';
import { plan } from './plan.ts';
import type { NamespaceSnapshot } from './snapshot.ts';

/** A plan of nothing but removals: what departed policies left behind in a namespace goes. */
export interface ReleasePlan extends NamespacePlan {
  /** Who left what, by slot. */
  readonly leftBy: ReadonlyMap<string, readonly string[]>;
}

/**
 * Takes away what departed policies left behind: whole objects are deleted, and of a default-deny that others still ask
 * for the directions that nobody else closes are opened, with the allows that were needed in them. Nothing else is
 * written, whatever else is due: only what the operator calls Orphaned.
 *
 * @param policy the one whose leavings go; everybody's where none is named
 */
export function planRelease(snapshot: NamespaceSnapshot, policy?: string): ReleasePlan {
  const now = new Map(plan(snapshot).slots.map((slot) => [slot.slot, slot]));
  const releasing = policy === undefined ? {} : { policy };
  const released = plan({ ...snapshot, releasing });
  const slots = released.slots.filter((slot) => isAsked(slot, now.get(slot.slot)));
  return { ...released, slots, leftBy: new Map(slots.map((slot) => [slot.slot, leavers(slot, now.get(slot.slot))])) };
}

/** What is to be repaired first is the operator's to repair; that it goes altogether is no repair. */
function isAsked({ change }: SlotPlan, before: SlotPlan | undefined): boolean {
  if (change === undefined || change.action === 'create' || change.action === 'recreate') return false;
  if (before?.state === 'Orphaned' && before.change === undefined) return true;
  return before?.afterwards?.state === 'Orphaned' && change.action === 'delete';
}

/** Those who hold it now and won't once it is released; of what goes altogether, everybody. */
function leavers({ change, policies }: SlotPlan, before: SlotPlan | undefined): readonly string[] {
  const stays = change?.action === 'patch' ? policies : [];
  return (before?.policies ?? []).filter((name) => !stays.includes(name));
}
