import type { Policy } from '../api/policy.ts';
import type { FoldContext } from '../slots/slot-kind.ts';
import { adopts, place } from './beside-strangers.ts';
import { findings, withFindings } from './findings.ts';
import { foldPolicies } from './fold.ts';
import type { FoldedSlots } from './fold.ts';
import type { AuditPlan, NamespacePlan, SlotConflict, SlotPlan } from './namespace-plan.ts';
import type { SlotInput } from './slot-input.ts';
import { auditedSlotOf } from './slot-of.ts';
import { emptySlot, heldObject, kindOfSlot, slotsBefore } from './slots-before.ts';
import type { SlotBefore } from './slots-before.ts';
import type { NamespaceSnapshot } from './snapshot.ts';
import { standings } from './standing.ts';
import { tightenedSlot, tighteningIn } from './tightening.ts';
import type { JudgedPosture } from './widened.ts';

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
    operator: snapshot.operator,
    held: [...before.values()].flatMap(heldObject),
  };
  const fold = (policies: readonly Policy[]): FoldedSlots => foldPolicies(policies, context);
  const wanted = place(fold(standing.claims), snapshot);
  const tightening = tighteningIn(snapshot, wanted);
  const inputs = slotInputs(snapshot, before, wanted);
  const slots = withoutStrangers(inputs.flatMap((input) => tightenedSlot(input, tightening) ?? []));
  const found = findings(wanted, { policies: standing.claims, wanted, snapshot });

  return {
    namespace: snapshot.namespace.name,
    // A namespace on its way out can't be brought to a posture any more, and nobody is to be woken for it.
    matched: snapshot.namespace.terminating ? [] : standing.matched,
    cleaning: snapshot.namespace.terminating ? [] : standing.cleaning,
    slots: snapshot.namespace.terminating ? slots.map(leftAlone) : withFindings(slots, found),
    audits: standing.audits.map((policy): AuditPlan => {
      const shadow = place(fold([...standing.claims, policy]), snapshot);
      return {
        policy: policy.name,
        slots: auditSlots(before, policy, { policies: [policy], wanted: shadow, snapshot }),
      };
    }),
    conflicts: conflictsOf(wanted),
  };
}

function slotInputs(
  snapshot: NamespaceSnapshot,
  before: ReadonlyMap<string, SlotBefore>,
  wanted: FoldedSlots,
): readonly SlotInput[] {
  return [...new Set([...before.keys(), ...wanted.keys()])].sort().flatMap((slot) => {
    const desired = wanted.get(slot);
    const kind = kindOfSlot(slot);
    if (kind === undefined) return [];
    const known = before.get(slot) ?? emptySlot(snapshot, slot, kind.objectKind);
    return [desired === undefined ? known : { ...known, desired, adopts: adopts(desired, snapshot) }];
  });
}

function auditSlots(
  before: ReadonlyMap<string, SlotBefore>,
  { name }: Policy,
  shadow: JudgedPosture,
): readonly SlotPlan[] {
  const own = new Map([...shadow.wanted].filter(([, { policies }]) => policies.includes(name)));
  const slots = slotInputs(shadow.snapshot, before, own).flatMap((input) =>
    input.desired === undefined ? [] : [auditedSlotOf({ ...input, desired: input.desired })],
  );
  return withFindings(slots, findings(own, shadow));
}

/** A terminating namespace takes no new objects: what is missing there can't be mended and is no one's fault. */
function leftAlone(slot: SlotPlan): SlotPlan {
  const { change, ...rest } = slot;
  if (change === undefined) return slot;
  return { ...rest, state: 'Blocked', reason: 'NamespaceTerminating', message: 'the namespace is being deleted' };
}

/** What needs a stranger's object is not created: a RoleBinding would grant whatever the stranger wrote into his Role. */
function withoutStrangers(slots: readonly SlotPlan[]): readonly SlotPlan[] {
  const strangers = new Set(slots.filter(isLeftToStrangers).map(({ slot }) => slot));
  return slots.map((slot) => {
    const { change, ...rest } = slot;
    if (change?.action !== 'create' || slot.needs === undefined || !strangers.has(slot.needs)) return slot;
    return { ...rest, state: 'Blocked', reason: 'NotOurs', message: `needs ${slot.needs}, which is not ours` };
  });
}

function isLeftToStrangers({ state, change }: SlotPlan): boolean {
  return state === 'Foreign' && change === undefined;
}

function conflictsOf(wanted: FoldedSlots): readonly SlotConflict[] {
  return [...wanted].flatMap(([slot, { conflicts }]) => conflicts.map((conflict) => ({ slot, ...conflict })));
}
