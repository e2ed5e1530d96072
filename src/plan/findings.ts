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

/** The slots and the findings, one entry each: what opens the namespace is told as that, whatever it says it is. */
export function withFindings(slots: readonly SlotPlan[], found: readonly SlotPlan[]): readonly SlotPlan[] {
  const due = new Set(slots.filter(({ change }) => change !== undefined).map(({ slot }) => slot));
  const shown = found.filter(({ slot }) => !due.has(slot));
  const opened = new Set(shown.map(({ slot }) => slot));
  return [...slots.filter(({ slot }) => !opened.has(slot)), ...shown];
}

function isDrift({ state }: SlotPlan): boolean {
  return state !== 'OK';
}
