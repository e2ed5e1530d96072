import type { Desired } from '../slots/slot-kind.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import { slotId } from './fold.ts';
import type { FoldedSlots } from './fold.ts';
import type { SlotPlan } from './namespace-plan.ts';
import type { LiveObject } from './snapshot.ts';
import { ownerOf } from './stranger.ts';

/** Others' objects that meddle with what is wanted: reported once each, never written. Sorted by slot. */
export function competing(wanted: FoldedSlots, others: readonly LiveObject[]): readonly SlotPlan[] {
  const desired = [...wanted.values()].filter(({ kind }) => objectKindOf(kind)?.competes !== undefined);
  if (desired.length === 0) return [];
  return others.flatMap((other) => rivalry(other, desired) ?? []).toSorted((a, b) => (a.slot < b.slot ? -1 : 1));
}

function rivalry(other: LiveObject, wanted: readonly Desired[]): SlotPlan | undefined {
  const kind = objectKindOf(other.kind);
  for (const desired of wanted) {
    if (desired.kind !== other.kind) continue;
    const owner = ownerOf(other);
    const how = kind?.competes?.(other.content, desired.content, owner.generates);
    if (how === undefined) continue;
    return {
      slot: slotId(other),
      state: 'Competing',
      reason: 'Competes',
      message: `${how}; it stands beside ${slotId(desired)} and is managed by ${owner.told}: remove one of the two`,
      policies: desired.policies,
      uid: '',
      diffs: [],
      actor: owner.manager,
    };
  }
  return undefined;
}
