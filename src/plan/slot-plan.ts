import { unknownActor } from './actor.ts';
import { contentDiffs, metadataDiffs, patchOperations } from './compare.ts';
import { desiredObject, fieldManager } from './desired-object.ts';
import { standing, withheld } from './flawed-slot.ts';
import { fingerprint } from './fingerprint.ts';
import type { Change, FieldDiff, SlotPlan } from './namespace-plan.ts';
import { ownershipOf } from './ownership.ts';
import type { Ownership } from './ownership.ts';
import { firstKnownActor, slotPlan, versioned } from './slot-input.ts';
import type { Present, SlotInput, Wanted } from './slot-input.ts';
import { ownerOf } from './stranger.ts';
import { frozen, lostWhileFrozen, orphaned, unclaimed } from './unclaimed.ts';

/**
 * How an enforced slot stands and what mends it. An ordered chain: the first rule that applies decides.
 *
 * @returns undefined where the slot is nobody's: nothing wanted, nothing of ours there.
 */
export function enforcedSlot(input: SlotInput): SlotPlan | undefined {
  const { desired, live, recorded } = input;
  const ownership = live && ownershipOf(live, recorded);

  // Nothing is wanted: what is ours is kept, frozen or pruned; what isn't is none of our business.
  if (desired === undefined)
    return live && ownership === 'ours'
      ? { ...unclaimed({ ...input, live }), unclaimed: true }
      : lostWhileFrozen(input);
  return wantedSlot({ ...input, desired }, ownership);
}

function wantedSlot(input: Wanted, ownership: Ownership | undefined): SlotPlan | undefined {
  const { desired, live } = input;
  // A policy outside the fold holds it, and the fold knows nothing of what it held.
  if (live && isHeldOnRecord(input, ownership) && !desired.includesHeld) {
    return ownership === 'ours' ? frozen({ ...input, live }) : lostWhileFrozen(input);
  }
  // What is asked for can't be had, and nothing else may stand in its place.
  if (desired.flaw?.absent) return withheld(input, ownership);
  // Nothing is there: create. Only what once stood there can have gone missing.
  if (live === undefined) return absent(input);
  // Somebody else's object was there before us: only who says so takes it over.
  if (ownership === 'foreign') return foreign({ ...input, live });
  return present({ ...input, live }, ownership === 'replaced');
}

/**
 * Whether a policy that doesn't act holds what stands there. What nobody recorded can name any policy as its holder: that
 * keeps nobody from what acting policies ask for.
 */
function isHeldOnRecord({ live, recorded, frozenBy }: Wanted, ownership: Ownership | undefined): boolean {
  if (frozenBy.length === 0 || ownership === 'foreign') return false;
  return ownership === 'replaced' || recorded?.uid === live?.uid;
}

/** How a slot stands against what an Audit policy would make of it. Nothing is written. */
export function auditedSlot(input: Wanted): SlotPlan {
  const { desired, live } = input;
  const flaw = desired.flaw && standing(input, '');
  if (live === undefined) return flaw ?? slotPlan(input, { state: 'Missing', policies: desired.policies });
  if (ownershipOf(live, input.recorded) === 'foreign') return unwritten(foreign({ ...input, live }));
  const diffs = contentDiffs(desired, live);
  if (flaw !== undefined) return { ...flaw, diffs };
  if (diffs.length === 0) return standing(input, '');
  return slotPlan(input, { state: 'Modified', policies: desired.policies, diffs, actor: firstKnownActor(diffs) });
}

function unwritten({ change, afterwards, ...seen }: SlotPlan): SlotPlan {
  void [change, afterwards];
  return seen;
}

function absent(input: Wanted): SlotPlan {
  const { recorded, lastWritten } = input;
  const takenAway = recorded?.flawed === true && lastWritten === undefined;
  const wasThere = recorded !== undefined && recorded.uid !== '' && !takenAway;
  const { desired, objectKind, namespace, name } = input;
  return slotPlan(input, {
    state: wasThere ? 'Missing' : 'Pending',
    policies: desired.policies,
    uid: recorded?.uid ?? '',
    actor: unknownActor,
    change: {
      action: 'create',
      resource: objectKind.resource,
      order: objectKind.order(name, undefined, desired.content),
      object: desiredObject(desired, objectKind, { namespace }),
    },
    ...(desired.flaw === undefined && desired.caveat === undefined ? {} : { afterwards: standing(input, '') }),
  });
}

function foreign(input: Wanted & Present): SlotPlan {
  if (input.adopts === true && input.frozenBy.length === 0) return adopted(input);
  const owner = ownerOf(input.live);
  const beside = input.desired.besideStrangers === true ? '; ours stands beside it' : '';
  return slotPlan(input, {
    state: 'Foreign',
    reason: 'NotOurs',
    message: `was there before Parapet (managed by ${owner.told}) and is left alone${beside}: rename or delete it, or set spec.adoption to Force`,
    policies: input.desired.policies,
    actor: owner.manager,
  });
}

/** Taken over as it stands: what others put into its metadata stays. */
function adopted(input: Wanted & Present): SlotPlan {
  const { desired, live } = input;
  const diffs = [...contentDiffs(desired, live), ...metadataDiffs(desired, live)];
  const owner = ownerOf(live);
  return slotPlan(input, {
    state: 'Foreign',
    message: `was there before Parapet (managed by ${owner.told}) and is taken over: spec.adoption is Force`,
    policies: desired.policies,
    diffs,
    actor: owner.manager,
    change: mend(input, diffs),
    afterwards: settled(input),
  });
}

function present(input: Wanted & Present, replaced: boolean): SlotPlan {
  const { desired, live } = input;
  const diffs = [...contentDiffs(desired, live), ...metadataDiffs(desired, live)];
  if (diffs.length === 0 && !replaced) return settled(input);
  const outdated = !replaced && untouched(input);
  return slotPlan(input, {
    state: replaced ? 'Replaced' : outdated ? 'Pending' : 'Modified',
    policies: desired.policies,
    // The squatter's uid is recorded only once it is mended: until then the slot stays known as replaced.
    uid: replaced ? (input.recorded?.uid ?? '') : live.uid,
    diffs,
    actor: outdated ? fieldManager : firstKnownActor(diffs),
    change: mend(input, diffs),
    afterwards: settled(input),
  });
}

/** As wanted. What a departed or frozen policy still contributes to it is said, not changed. */
function settled(input: Wanted & Present): SlotPlan {
  const contributing = (names: readonly string[]): boolean =>
    names.some((name) => input.desired.policies.includes(name));
  if (!input.desired.claimedWhole && contributing(input.frozenBy))
    return frozen({ ...input, holders: input.desired.policies });
  if (contributing(input.departed)) return orphaned({ ...input, holders: input.desired.policies });
  return standing(input, input.live.uid);
}

/**
 * Whether the object is as we last left it, so that a policy's edit and not a tenant explains the difference. After a
 * restart nothing is remembered: then it is, if nobody else is among its field managers and our labels are in place.
 */
function untouched({ live, lastWritten, desired }: Wanted & Present): boolean {
  if (lastWritten !== undefined) return fingerprint(live) === lastWritten;
  const labelsIntact = metadataDiffs(desired, live).every((diff) => diff.pointer.startsWith('/metadata/annotations'));
  return labelsIntact && live.managedFields === undefined;
}

function mend(input: Wanted & Present, diffs: readonly FieldDiff[]): Change {
  const { desired, live, objectKind, namespace } = input;
  const base = versioned(input, desired);
  if (objectKind.needsRecreate?.(live.content, desired.content)) {
    const { labels, annotations } = live;
    return {
      action: 'recreate',
      ...base,
      object: desiredObject(desired, objectKind, { namespace, labels, annotations }),
    };
  }
  return { action: 'patch', ...base, operations: patchOperations(desired, live, diffs) };
}
