import { slotKinds } from '../slots/registry.ts';
import type { HeldObject, ObjectKind } from '../slots/slot-kind.ts';
import { annotatedPolicies } from './desired-object.ts';
import { ownLeaves } from './field-owner.ts';
import { slotId } from './fold.ts';
import { contentOf } from '../slots/leaves.ts';
import { ownershipOf } from './ownership.ts';
import { MAX_SLOT_POLICIES } from '../api/posture.ts';
import { UNKNOWN_HOLDER } from './slot-input.ts';
import type { SlotInput } from './slot-input.ts';
import type { LiveObject, NamespaceSnapshot, RecordedSlot } from './snapshot.ts';
import type { Hold, Standings } from './standing.ts';

/** A slot before anything is wanted of it: what is there and who holds it. */
export type SlotBefore = Omit<SlotInput, 'desired'>;

/** Every slot that has a live object or a record. */
export function slotsBefore(snapshot: NamespaceSnapshot, standing: Standings): ReadonlyMap<string, SlotBefore> {
  const live = new Map(snapshot.live.map((object) => [slotId(object), object]));
  const recorded = new Map(snapshot.record.map((slot) => [slot.slot, slot]));
  const deletes = (name: string): boolean =>
    snapshot.policies.some((policy) => policy.name === name && policy.deletionPolicy === 'Delete');
  const before = new Map<string, SlotBefore>();
  for (const slot of new Set([...live.keys(), ...recorded.keys()])) {
    const kind = kindOfSlot(slot);
    if (kind === undefined) continue;
    const [object, record] = [live.get(slot), recorded.get(slot)];
    const holders = holdersOf(object, record);
    const who = (hold: Hold): readonly string[] => holders.filter((name) => standing.hold(name, kind.field) === hold);
    const unknown = holders.length === 0 && standing.releasesUnknown ? [UNKNOWN_HOLDER] : [];
    const leaving = [...who('leaving'), ...unknown];
    before.set(slot, {
      ...emptySlot(snapshot, slot, kind.objectKind),
      ...(object === undefined ? {} : { live: object }),
      ...(record === undefined ? {} : { recorded: record }),
      holders: holders.filter((name) => !leaving.includes(name)),
      frozenBy: who('frozen'),
      departed: who('departed'),
      leaving,
      restores: who('frozen').length + who('departed').length === 0 && (leaving.length > 0 || holders.every(deletes)),
    });
  }
  return before;
}

/**
 * The record outranks the annotation, which tenants can edit; of a slot that never held anything it says nothing. Where
 * it had no room for everybody the annotation adds to it: more holders never make a prune more likely.
 */
function holdersOf(live: LiveObject | undefined, recorded: RecordedSlot | undefined): readonly string[] {
  const annotated = annotatedPolicies(live?.annotations ?? {});
  if (recorded === undefined || recorded.uid === '' || recorded.policies.length === 0) return annotated;
  if (recorded.policies.length < MAX_SLOT_POLICIES) return recorded.policies;
  return [...new Set([...recorded.policies, ...annotated])];
}

/** A slot of which nothing is known but its name. */
export function emptySlot(snapshot: NamespaceSnapshot, slot: string, objectKind: ObjectKind): SlotBefore {
  const lastWritten = snapshot.lastWritten?.get(slot);
  return {
    slot,
    name: slot.slice(slot.indexOf('/') + 1),
    namespace: snapshot.namespace.name,
    objectKind,
    ...(lastWritten === undefined ? {} : { lastWritten }),
    holders: [],
    frozenBy: [],
    departed: [],
    leaving: [],
    restores: false,
  };
}

/** The live object of a slot that policies outside the fold hold; the fold must not become looser than it. */
export function heldObject({
  live,
  objectKind,
  name,
  frozenBy,
  departed,
  recorded,
}: SlotBefore): readonly HeldObject[] {
  const policies = [...frozenBy, ...departed];
  if (live === undefined || policies.length === 0) return [];
  const { kind } = objectKind.resource;
  const held = { kind, name, policies, frozen: frozenBy };
  if (objectKind.fields !== undefined) return [{ ...held, content: contentOf(ownLeaves(live)) }];
  return ownershipOf(live, recorded) === 'ours' ? [{ ...held, content: live.content }] : [];
}

/** The kind of object behind `Kind/name`, and the field of spec it comes from; undefined for kinds that are not ours. */
export function kindOfSlot(slot: string): { readonly field: string; readonly objectKind: ObjectKind } | undefined {
  return kindsByName.get(slot.slice(0, slot.indexOf('/')));
}

const kindsByName = new Map(
  slotKinds.flatMap(({ field, objects }) =>
    objects.map((objectKind) => [objectKind.resource.kind, { field, objectKind }] as const),
  ),
);
