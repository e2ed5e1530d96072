import type { NamespacePlan } from '../plan/namespace-plan.ts';
import type { Change } from '../plan/namespace-plan.ts';
import { dueSlots } from '../plan/order.ts';
import type { Outcome } from '../plan/outcome.ts';

/** Writes one change and tells what became of it; never throws. */
export type Write = (change: Change) => Promise<Outcome>;

/**
 * Writes a plan's changes in their order, one after another. A slot whose prerequisite was not written waits for it
 * (a RoleBinding without its Role); one slot's failure stops no other; a namespace that is going stops all.
 *
 * @returns outcomes by slot; a slot that was not tried has none
 */
export async function applyChanges(plan: NamespacePlan, write: Write): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const { slot, change, needs } of dueSlots(plan)) {
    const prerequisite = needs === undefined ? undefined : outcomes.get(needs);
    if (prerequisite !== undefined && prerequisite.result !== 'done' && prerequisite.result !== 'gone') {
      outcomes.set(slot, { ...prerequisite, message: `waits for ${needs}` });
      continue;
    }
    const outcome = await write(change);
    outcomes.set(slot, outcome);
    if (outcome.result === 'gone') break;
  }
  return outcomes;
}
