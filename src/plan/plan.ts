import type { Policy } from '../api/policy.ts';
import type { FoldContext } from '../slots/slot-kind.ts';
import { adopts, place } from './beside-strangers.ts';
import { withinCeiling } from './ceiling.ts';
import { exceptionsFor, foldExempt, reachOf, speaksOf } from './exempt.ts';
import type { ExemptFold } from './exempt.ts';
import { coveredSlot, exempt } from './exempt-slot.ts';
import { findings, withFindings } from './findings.ts';
import type { FoldedSlots } from './fold.ts';
import type { AuditPlan, NamespacePlan, SlotConflict, SlotPlan } from './namespace-plan.ts';
import type { SlotInput } from './slot-input.ts';
import { auditedSlotOf } from './slot-of.ts';
import { emptySlot, heldObject, kindOfSlot, slotsBefore } from './slots-before.ts';
import type { SlotBefore } from './slots-before.ts';
import type { NamespaceSnapshot } from './snapshot.ts';
import { standings } from './standing.ts';
import { tighteningIn } from './tightening.ts';

/**
 * What one namespace should hold, what it holds, and the writes between the two. Pure: the same snapshot gives the same
 * plan, and applying a plan's changes gives a snapshot whose plan has none.
 */
export function plan(snapshot: NamespaceSnapshot): NamespacePlan {
  const { terminating } = snapshot.namespace;
  const standing = standings(snapshot);
  const before = slotsBefore(snapshot, standing);
  const context: FoldContext = {
    namespace: snapshot.namespace,
    platform: snapshot.platform,
    operator: snapshot.operator,
    held: [...before.values()].flatMap(heldObject),
  };
  const exceptions = exceptionsFor(snapshot);
  const possible = (folded: FoldedSlots): FoldedSlots => place(withinCeiling(folded, snapshot), snapshot);
  const exempting = { exceptions, context, before, place: possible };
  const { wanted, exemptions } = foldExempt(standing.claims, exempting);
  const tightening = tighteningIn(snapshot, wanted);
  const inputs = slotInputs(snapshot, before, [...wanted.keys(), ...exemptions.keys()]);
  const slots = withoutStrangers(
    inputs.flatMap((known) => {
      const input = withDesired(known, wanted, snapshot);
      return coveredSlot(input, exemptions.get(input.slot), tightening) ?? [];
    }),
  );
  const shadows = standing.audits.map((policy) => ({
    policy,
    shadow: foldExempt([...standing.claims, policy], exempting),
  }));
  const found = findings(wanted, { policies: standing.claims, wanted, snapshot });

  return {
    namespace: snapshot.namespace.name,
    // A namespace on its way out can't be brought to a posture any more, and nobody is to be woken for it.
    matched: terminating ? [] : standing.matched,
    cleaning: terminating ? [] : standing.cleaning,
    slots: terminating ? slots.map(leftAlone) : withFindings(slots, found),
    audits: shadows.map(({ policy, shadow }): AuditPlan => ({
      policy: policy.name,
      slots: auditSlots(snapshot, { before, shadow, policy }),
    })),
    conflicts: conflictsOf(wanted),
    exemptions: terminating ? [] : reachOf(exceptions, [exemptions, ...shadows.map((each) => each.shadow.exemptions)]),
  };
}

/** Every slot that has something to it: an object, a record, or one of the others. */
function slotInputs(
  snapshot: NamespaceSnapshot,
  before: ReadonlyMap<string, SlotBefore>,
  others: readonly string[],
): readonly SlotBefore[] {
  return [...new Set([...before.keys(), ...others])].sort().flatMap((slot) => {
    const kind = kindOfSlot(slot);
    return kind === undefined ? [] : [before.get(slot) ?? emptySlot(snapshot, slot, kind.objectKind)];
  });
}

function withDesired(known: SlotBefore, wanted: FoldedSlots, snapshot: NamespaceSnapshot): SlotInput {
  const desired = wanted.get(known.slot);
  return desired === undefined ? known : { ...known, desired, adopts: adopts(desired, snapshot) };
}

interface Shadow {
  readonly before: ReadonlyMap<string, SlotBefore>;
  readonly shadow: ExemptFold;
  readonly policy: Policy;
}

function auditSlots(snapshot: NamespaceSnapshot, { before, shadow, policy }: Shadow): readonly SlotPlan[] {
  const { plain, wanted, exemptions } = shadow;
  const own = new Map([...wanted].filter(([, { policies }]) => policies.includes(policy.name)));
  const slots = slotInputs(snapshot, before, [...plain.keys(), ...own.keys()]).flatMap((input) => {
    const [desired, exemption] = [own.get(input.slot), exemptions.get(input.slot)];
    const asks = desired !== undefined || plain.get(input.slot)?.policies.includes(policy.name) === true;
    // Covered, it is no drift: nobody asks for it as long as the exception lasts.
    if (exemption !== undefined && speaksOf(exemption.exception, [policy.name]))
      return asks ? [exempt(input, exemption)] : [];
    return desired === undefined ? [] : [auditedSlotOf({ ...input, desired })];
  });
  return withFindings(slots, findings(own, { policies: [policy], wanted, snapshot }));
}

/** A terminating namespace takes no new objects: what is missing there can't be mended and is no one's fault. */
function leftAlone(slot: SlotPlan): SlotPlan {
  const { change, ...rest } = slot;
  if (change === undefined) return slot;
  return { ...rest, state: 'Blocked', reason: 'NamespaceTerminating', message: 'the namespace is being deleted' };
}

/** What needs a stranger's object is not written: a RoleBinding would grant whatever the stranger wrote into his Role. */
function withoutStrangers(slots: readonly SlotPlan[]): readonly SlotPlan[] {
  const strangers = new Set(slots.filter(isLeftToStrangers).map(({ slot }) => slot));
  return slots.map((slot) => {
    const { change, afterwards, ...rest } = slot;
    void afterwards;
    if (change === undefined || slot.needs === undefined || !strangers.has(slot.needs)) return slot;
    return { ...rest, state: 'Blocked', reason: 'NotOurs', message: `needs ${slot.needs}, which is not ours` };
  });
}

function isLeftToStrangers({ state, change }: SlotPlan): boolean {
  return state === 'Foreign' && change === undefined;
}

function conflictsOf(wanted: FoldedSlots): readonly SlotConflict[] {
  return [...wanted].flatMap(([slot, { conflicts }]) => conflicts.map((conflict) => ({ slot, ...conflict })));
}
