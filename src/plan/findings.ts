import { competing } from './competing.ts';
import type { FoldedSlots } from './fold.ts';
import type { SlotPlan } from './namespace-plan.ts';
import type { NamespaceSnapshot } from './snapshot.ts';

/** More of them in one namespace are not told: a tenant can make thousands. */
const MAX_FINDINGS = 32;

/** What others' objects do to the posture that is wanted in a namespace. Reported, never written. */
export function findings(wanted: FoldedSlots, { others }: NamespaceSnapshot): readonly SlotPlan[] {
  return competing(wanted, others).slice(0, MAX_FINDINGS);
}
