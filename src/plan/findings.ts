import { competing } from './competing.ts';
import type { FoldedSlots } from './fold.ts';
import type { SlotPlan } from './namespace-plan.ts';
import { widened } from './widened.ts';
import type { JudgedPosture } from './widened.ts';

/** More of them in one namespace are not told: a tenant can make thousands. */
const MAX_FINDINGS = 32;

/**
 * What others' objects do to the posture that is wanted in a namespace. Reported, never written. What defeats it comes
 * first, so that nobody can hide it behind what merely competes.
 *
 * @param own the part of what is wanted that is reported on
 */
export function findings(own: FoldedSlots, posture: JudgedPosture): readonly SlotPlan[] {
  const open = widened(posture);
  const told = new Set(open.map(({ slot }) => slot));
  const rivals = competing(own, posture.snapshot.others).filter(({ slot }) => !told.has(slot));
  return [...open.filter(isDrift), ...rivals, ...open.filter((slot) => !isDrift(slot))].slice(0, MAX_FINDINGS);
}

/**
 * The slots and the findings, one entry each: what opens the namespace is told as that, whatever it says it is. A stranger on
 * one of our names stays what it is, since what was recorded of the slot has to stand; what it opens is told with it.
 */
export function withFindings(slots: readonly SlotPlan[], found: readonly SlotPlan[]): readonly SlotPlan[] {
  const opened = new Map(found.map((finding) => [finding.slot, finding]));
  const kept = slots.filter((slot) => !opened.has(slot.slot) || isStandingIn(slot));
  const known = new Set(kept.map(({ slot }) => slot));
  return [...kept.map((slot) => withOpening(slot, opened)), ...found.filter(({ slot }) => !known.has(slot))];
}

function isStandingIn({ state, change }: SlotPlan): boolean {
  return change !== undefined || state === 'Foreign' || state === 'Replaced' || state === 'Exempt';
}

function withOpening(slot: SlotPlan, opened: ReadonlyMap<string, SlotPlan>): SlotPlan {
  const finding = opened.get(slot.slot);
  return finding?.state === 'Widened'
    ? { ...slot, message: `${slot.message}; it also opens what is closed: ${finding.message}` }
    : slot;
}

function isDrift({ state }: SlotPlan): boolean {
  return state !== 'OK';
}
