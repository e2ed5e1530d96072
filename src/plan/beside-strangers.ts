import type { Desired } from '../slots/slot-kind.ts';
import { hash53 } from './fingerprint.ts';
import { slotId } from './fold.ts';
import type { FoldedSlots } from './fold.ts';
import { ownershipOf } from './ownership.ts';
import type { LiveObject, NamespaceSnapshot } from './snapshot.ts';

/**
 * The fold with a second object for every one that has its effect under any name and whose own a stranger holds. The
 * stranger's slot stays in it, to be reported.
 */
export function place(wanted: FoldedSlots, snapshot: NamespaceSnapshot): FoldedSlots {
  const movable = [...wanted.values()].filter(
    (desired) => desired.besideStrangers === true && !adopts(desired, snapshot),
  );
  if (movable.length === 0) return wanted;
  const placed = new Map(wanted);
  const strangers = strangersOf(snapshot);
  for (const desired of movable) {
    // Named after the stranger's uid, which nobody can foresee: whoever takes that name too only moves it on.
    let here = desired;
    for (let uid = strangers.get(slotId(here)); uid !== undefined; uid = strangers.get(slotId(here))) {
      here = { ...desired, name: `${desired.name}-${hash53(uid).toString(36)}` };
      placed.set(slotId(here), here);
    }
  }
  return placed;
}

/** Whether the policies behind an object take over what stands on its name. */
export function adopts({ policies }: Desired, snapshot: NamespaceSnapshot): boolean {
  return snapshot.policies.some((policy) => policy.adopts && policies.includes(policy.name));
}

/** The uids of strangers' objects, by slot. */
function strangersOf({ live, record }: NamespaceSnapshot): ReadonlyMap<string, string> {
  const recorded = new Map(record.map((slot) => [slot.slot, slot]));
  const isStranger = (object: LiveObject): boolean => ownershipOf(object, recorded.get(slotId(object))) === 'foreign';
  return new Map(live.filter(isStranger).map((object) => [slotId(object), object.uid]));
}
