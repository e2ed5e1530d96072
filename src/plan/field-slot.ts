import { fieldManager, fieldsObject } from './desired-object.ts';
import { attribute } from './diff.ts';
import { claimedLeaves, ownLeaves } from './field-owner.ts';
import { fingerprint } from './fingerprint.ts';
import { contentOf, filterLeaves, leavesOf } from '../slots/leaves.ts';
import type { Leaves } from '../slots/leaves.ts';
import type { Change, FieldDiff, SlotPlan } from './namespace-plan.ts';
import { UNKNOWN_HOLDER, firstKnownActor, slotPlan, versioned } from './slot-input.ts';
import type { Present, SlotInput, Wanted } from './slot-input.ts';

/**
 * How a slot stands that is some fields of an object that isn't ours, and the apply that mends it. Such an object is
 * never Foreign or Replaced: it is somebody else's by definition, and only the fields are looked at.
 *
 * @returns undefined where nothing is wanted of it and nothing in it is ours
 */
export function fieldSlot(input: SlotInput): SlotPlan | undefined {
  const { desired, live, frozenBy } = input;
  // Nothing is wanted: what Parapet set is kept.
  if (desired === undefined) return unclaimed(input);
  // Whoever creates such objects will, and its event brings us back.
  if (live === undefined) return notThere({ ...input, desired });
  // A policy outside the fold holds it, and the fold knows nothing of what it held.
  if (frozenBy.length > 0 && !desired.includesHeld) return frozen(input);
  return present({ ...input, desired, live });
}

/** How the fields stand against what an Audit policy would make of them. Nothing is written. */
export function auditedFieldSlot(input: Wanted): SlotPlan {
  const { desired, live } = input;
  if (live === undefined) return notThere(input);
  const diffs = fieldDiffs({ ...input, live });
  const state = diffs.length === 0 ? 'OK' : driftOf(diffs);
  return slotPlan(input, { state, policies: desired.policies, diffs, actor: firstKnownActor(diffs) });
}

function notThere(input: Wanted): SlotPlan {
  return slotPlan(input, {
    state: 'Pending',
    reason: 'NotThereYet',
    message: `${input.slot} does not exist; it is patched once it is there, and never created`,
    policies: input.desired.policies,
    uid: input.recorded?.uid ?? '',
    ...withBefore(input.recorded?.before),
  });
}

function present(input: Wanted & Present): SlotPlan {
  const { desired, live, recorded } = input;
  const diffs = fieldDiffs(input);
  const before = valuesBefore(input, diffs);
  const rested = settled(input, before);
  if (diffs.length === 0) return rested;
  const drifted = isDrift(input, diffs);
  return slotPlan(input, {
    state: drifted ? driftOf(diffs) : 'Pending',
    // Whoever takes something along stays on record until it is done, and so does what is put back.
    policies: [...new Set([...desired.policies, ...input.leaving])].toSorted(),
    // Recorded with the write: until then it has never been ours.
    uid: recorded?.uid ?? '',
    diffs,
    actor: drifted ? firstKnownActor(diffs) : fieldManager,
    ...withBefore({ ...putBack(input), ...before }),
    change: applyFields(input, diffs),
    afterwards: { ...rested, uid: live.uid },
  });
}

/** Where the wanted values are not; other fields are none of our business, and so is what is stricter already. */
function fieldDiffs(input: Present): readonly FieldDiff[] {
  const { live } = input;
  const found = leavesOf(live.content);
  const differences = Object.entries({ ...putBack(input), ...target(input) })
    .map(([pointer, value]) => ({ pointer, expected: value ?? undefined, live: found[pointer] }))
    .filter((difference) => JSON.stringify(difference.live) !== JSON.stringify(difference.expected));
  return attribute(differences, live.managedFields ?? []);
}

/** The values that should stand there; null where none should. */
function target({ desired, live, objectKind }: Present): Leaves {
  if (desired === undefined) return {};
  const own = contentOf(ownLeaves(live));
  return leavesOf(objectKind.fields?.settle(desired.content, live.content, own) ?? desired.content);
}

/**
 * What stood, before our first write, in the fields that are still ours alone and that nobody asks for any more; null
 * where nothing did. Empty unless all that hold the slot want it so.
 */
function putBack(input: Present): Leaves {
  const { restores, live, recorded } = input;
  const wanted = target(input);
  const own = restores ? ownLeaves(live) : {};
  return filterLeaves(recorded?.before ?? {}, (pointer) => pointer in own && !(pointer in wanted));
}

function driftOf(diffs: readonly FieldDiff[]): 'Missing' | 'Modified' {
  return diffs.every(({ live }) => live === undefined) ? 'Missing' : 'Modified';
}

/**
 * Whether somebody else, and not a policy's edit, explains the difference. After a restart nothing is remembered: then
 * it is what we once wrote and is no longer ours alone.
 */
function isDrift({ live, recorded, lastWritten }: Present, diffs: readonly FieldDiff[]): boolean {
  if (recorded === undefined || recorded.uid === '') return false;
  if (lastWritten !== undefined) return fingerprint(live) !== lastWritten;
  if (recorded.uid !== live.uid) return true;
  const [own, written] = [ownLeaves(live), recorded.before ?? {}];
  return diffs.some(({ pointer }) => pointer in written && !(pointer in own));
}

/**
 * What stood in each wanted field before our first write of it. It counts for this one object: a new one of the same name
 * starts anew. A write whose record was lost to a crash is known by its claim. What is no longer wanted, and is kept, is
 * let go for good.
 */
function valuesBefore(input: Present, diffs: readonly FieldDiff[]): Leaves {
  const { live, recorded } = input;
  const [claimed, wanted] = [claimedLeaves(live), target(input)];
  const isKnown = (pointer: string): boolean => recorded?.uid === live.uid || pointer in claimed;
  const known = filterLeaves(recorded?.before ?? {}, (pointer) => pointer in wanted && isKnown(pointer));
  const fresh = diffs.filter(({ pointer }) => pointer in wanted).map(({ pointer, live: value }) => [pointer, value]);
  return { ...(Object.fromEntries(fresh.map(([pointer, value]) => [pointer, value ?? null])) as Leaves), ...known };
}

/**
 * What differs, and all that Parapet claims already: server-side apply takes back what an apply leaves out. Others'
 * fields that are as wanted stay theirs.
 */
function applyFields(input: Present, diffs: readonly FieldDiff[]): Extract<Change, { readonly action: 'apply' }> {
  const { desired, live, objectKind, namespace, name } = input;
  const differing = diffs.flatMap(({ pointer, expected }) => (expected === undefined ? [] : [[pointer, expected]]));
  const changed = new Set(diffs.map(({ pointer }) => pointer));
  const kept = filterLeaves(claimedLeaves(live), (pointer) => !changed.has(pointer));
  const content = contentOf({ ...kept, ...(Object.fromEntries(differing) as Leaves) });
  const { uid, resourceVersion } = live;
  const object = fieldsObject(content, objectKind, { name, namespace, uid, resourceVersion });
  return { action: 'apply', ...versioned(input, desired), object };
}

/** As wanted. What a departed or frozen policy still contributes to it is said, not changed. */
function settled(input: Wanted & Present, before: Leaves): SlotPlan {
  const { desired, live, frozenBy, departed } = input;
  const record = { policies: desired.policies, uid: live.uid, ...withBefore(before) };
  const contributing = (names: readonly string[]): boolean => names.some((name) => desired.policies.includes(name));
  if (!desired.claimedWhole && contributing(frozenBy)) return { ...frozen(input), ...record };
  if (contributing(departed)) return { ...orphaned(input), ...record };
  return slotPlan(input, { state: 'OK', ...record });
}

/** Nobody asks for it any more. Without a record it is not known to be ours, and a value nobody else claims stays. */
function unclaimed(input: SlotInput): SlotPlan | undefined {
  const { live, recorded, frozenBy, departed, holders, leaving } = input;
  if (recorded === undefined || recorded.uid === '') return undefined;
  if (frozenBy.length > 0) return frozen(input);
  if (live === undefined || Object.keys(ownLeaves(live)).length === 0) return undefined;
  if (departed.length > 0 || holders.length + leaving.length === 0) return orphaned(input);
  return Object.keys(putBack({ ...input, live })).length > 0 ? released({ ...input, live }) : letGo(input);
}

/** What stood there before is put back. Where that is what stands there now, nothing is left to do or to tell. */
function released(input: Present): SlotPlan | undefined {
  const { leaving, holders, recorded } = input;
  const diffs = fieldDiffs(input);
  if (diffs.length === 0) return undefined;
  const policies = [...holders, ...leaving].toSorted();
  const told =
    leaving.length > 0
      ? ({ state: 'Orphaned', reason: 'CleaningUp' } as const)
      : ({ state: 'Unwanted', reason: 'NoLongerAskedFor' } as const);
  return slotPlan(input, {
    ...told,
    message: `${policies.join(', ')} no longer asks for it; what stood there before is put back`,
    policies,
    uid: recorded?.uid ?? '',
    ...withBefore(recorded?.before),
    diffs,
    change: { ...applyFields(input, diffs), releases: true },
  });
}

function frozen(input: SlotInput): SlotPlan {
  return kept(input, {
    state: 'Frozen',
    reason: 'PolicyNotActing',
    message: `held by ${input.frozenBy.join(', ')}, which is suspended, in Audit mode or invalid: not changed`,
  });
}

function orphaned(input: SlotInput): SlotPlan {
  const left = input.departed.join(', ') || UNKNOWN_HOLDER;
  return kept(input, {
    state: 'Orphaned',
    reason: 'PolicyGone',
    message: `set by ${left}, which is gone or no longer selects this namespace; kept: ${byHand(input)}`,
  });
}

function letGo(input: SlotInput): SlotPlan {
  return kept(input, {
    state: 'Orphaned',
    reason: 'NoLongerAskedFor',
    message: `${input.holders.join(', ')} no longer asks for it; kept: ${byHand(input)}`,
  });
}

/** A slot that keeps its record. */
function kept(input: SlotInput, told: Pick<SlotPlan, 'state' | 'reason' | 'message'>): SlotPlan {
  const { recorded, holders } = input;
  const record = { policies: holders, uid: recorded?.uid ?? '', ...withBefore(recorded?.before) };
  return slotPlan(input, { ...told, ...record });
}

function byHand({ live }: SlotInput): string {
  const pointers = live === undefined ? [] : Object.keys(ownLeaves(live));
  return `remove ${pointers.join(', ') || 'it'} by hand`;
}

function withBefore(before: Leaves | undefined): Pick<SlotPlan, 'before'> {
  return before === undefined || Object.keys(before).length === 0 ? {} : { before };
}
