import { slotKinds } from '../slots/registry.ts';
import type { FoldContext, HeldObject, ObjectKind } from '../slots/slot-kind.ts';
import { annotatedPolicies } from './desired-object.ts';
import { foldPolicies, slotId } from './fold.ts';
import type { FoldedSlots } from './fold.ts';
import type { AuditPlan, NamespacePlan, SlotConflict, SlotPlan } from './namespace-plan.ts';
import { ownershipOf } from './ownership.ts';
import { auditedSlot, enforcedSlot } from './slot-plan.ts';
import type { SlotInput } from './slot-plan.ts';
import type { NamespaceSnapshot } from './snapshot.ts';
import { standings } from './standing.ts';
import type { Standings } from './standing.ts';

/**
 * What one namespace should hold, what it holds, and the writes between the two. Pure: the same snapshot gives the same
 * plan, and applying a plan's changes gives a snapshot whose plan has none.
 */
export function plan(snapshot: NamespaceSnapshot): NamespacePlan {
  const standing = standings(snapshot.policies, snapshot.namespace, snapshot.protectedNamespaces);
  const before = slotsBefore(snapshot, standing);
  const context: FoldContext = {
    namespace: snapshot.namespace,
    platform: snapshot.platform,
    held: [...before.values()].flatMap(heldObject),
  };
  const wanted = foldPolicies(standing.claims, context);
  const slots = slotInputs(snapshot, before, wanted).flatMap((input) => enforcedSlot(input) ?? []);

  return {
    namespace: snapshot.namespace.name,
    // A namespace on its way out can't be brought to a posture any more, and nobody is to be woken for it.
    matched: snapshot.namespace.terminating ? [] : standing.matched,
    slots: snapshot.namespace.terminating ? slots.map(leftAlone) : slots,
    audits: standing.audits.map((policy): AuditPlan => {
      const shadow = foldPolicies([...standing.claims, policy], context);
      return { policy: policy.name, slots: auditSlots(snapshot, before, shadow, policy.name) };
    }),
    conflicts: conflictsOf(wanted),
  };
}

/** A slot before anything is wanted of it: what is there and who holds it. */
type SlotBefore = Omit<SlotInput, 'desired'>;

/** Every slot that has a live object or a record; holders from the record where it has any, else the annotation. */
function slotsBefore(snapshot: NamespaceSnapshot, standing: Standings): ReadonlyMap<string, SlotBefore> {
  const live = new Map(snapshot.live.map((object) => [slotId(object), object]));
  const recorded = new Map(snapshot.record.map((slot) => [slot.slot, slot]));
  const before = new Map<string, SlotBefore>();
  for (const slot of new Set([...live.keys(), ...recorded.keys()])) {
    const kind = kindsByName.get(slot.split('/')[0] ?? '');
    if (kind === undefined) continue;
    const object = live.get(slot);
    const record = recorded.get(slot);
    const recordedHolders = record === undefined || record.uid === '' ? [] : record.policies;
    const holders = recordedHolders.length > 0 ? recordedHolders : annotatedPolicies(object?.annotations ?? {});
    before.set(slot, {
      ...emptySlot(snapshot, slot, kind.objectKind),
      ...(object === undefined ? {} : { live: object }),
      ...(record === undefined ? {} : { recorded: record }),
      holders,
      frozenBy: holders.filter((name) => standing.hold(name, kind.field) === 'frozen'),
      departed: holders.filter((name) => standing.hold(name, kind.field) === 'departed'),
    });
  }
  return before;
}

function emptySlot(snapshot: NamespaceSnapshot, slot: string, objectKind: ObjectKind): SlotBefore {
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
  };
}

function heldObject({ live, objectKind, name, frozenBy, departed, recorded }: SlotBefore): readonly HeldObject[] {
  const policies = [...frozenBy, ...departed];
  if (live === undefined || policies.length === 0 || ownershipOf(live, recorded) !== 'ours') return [];
  return [{ kind: objectKind.resource.kind, name, content: live.content, policies }];
}

function slotInputs(
  snapshot: NamespaceSnapshot,
  before: ReadonlyMap<string, SlotBefore>,
  wanted: FoldedSlots,
): readonly SlotInput[] {
  return [...new Set([...before.keys(), ...wanted.keys()])].sort().flatMap((slot) => {
    const desired = wanted.get(slot);
    const kind = kindsByName.get(slot.split('/')[0] ?? '');
    if (kind === undefined) return [];
    const known = before.get(slot) ?? emptySlot(snapshot, slot, kind.objectKind);
    return [desired === undefined ? known : { ...known, desired }];
  });
}

function auditSlots(
  snapshot: NamespaceSnapshot,
  before: ReadonlyMap<string, SlotBefore>,
  shadow: FoldedSlots,
  policy: string,
): readonly SlotPlan[] {
  return slotInputs(snapshot, before, shadow).flatMap((input) => {
    const { desired } = input;
    return desired?.policies.includes(policy) ? [auditedSlot({ ...input, desired })] : [];
  });
}

/** A terminating namespace takes no new objects: what is missing there can't be mended and is no one's fault. */
function leftAlone(slot: SlotPlan): SlotPlan {
  const { change, ...rest } = slot;
  if (change === undefined) return slot;
  return { ...rest, state: 'Blocked', reason: 'NamespaceTerminating', message: 'the namespace is being deleted' };
}

function conflictsOf(wanted: FoldedSlots): readonly SlotConflict[] {
  return [...wanted].flatMap(([slot, { conflicts }]) => conflicts.map((conflict) => ({ slot, ...conflict })));
}

const kindsByName = new Map(
  slotKinds.flatMap(({ field, objects }) =>
    objects.map((objectKind) => [objectKind.resource.kind, { field, objectKind }] as const),
  ),
);
