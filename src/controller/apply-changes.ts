import type { NamespacePlan } from '../plan/namespace-plan.ts';
import type { Change } from '../plan/namespace-plan.ts';
import { dueSlots } from '../plan/order.ts';
import type { DueSlot } from '../plan/order.ts';
import type { Outcome } from '../plan/outcome.ts';

/** Writes one change and tells what became of it; never throws. */
export type Write = (change: Change) => Promise<Outcome>;

/** An outcome for a change that is not to be sent now; undefined lets it through. */
export type Hold = (due: DueSlot) => Outcome | undefined;

/**
 * Writes a plan's changes in their order, one after another. A slot whose prerequisite was not written waits for it
 * (a RoleBinding without its Role, the removal of an allow while its default-deny stands); apart from that one slot's
 * failure stops no other; a namespace that is going stops all. One that is held is as one that failed.
 *
 * @returns outcomes by slot; a slot that was not tried has none
 */
export async function applyChanges(
  plan: NamespacePlan,
  write: Write,
  hold: Hold = () => undefined,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const failed: DueSlot[] = [];
  for (const due of dueSlots(plan)) {
    const awaited = failed.find((earlier) => waitsFor(due, earlier));
    const reason = awaited === undefined ? undefined : outcomes.get(awaited.slot);
    const held = reason === undefined ? hold(due) : waiting(awaited, reason);
    const outcome = held ?? (await write(due.change));
    outcomes.set(due.slot, outcome);
    if (outcome.result === 'gone') break;
    if (outcome.result !== 'done') failed.push(due);
  }
  return outcomes;
}

/** As the one it waits for fared, and why that was: else nobody would know where to look. */
function waiting(awaited: DueSlot | undefined, reason: Outcome): Outcome {
  return 'message' in reason ? { ...reason, message: `waits for ${awaited?.slot}: ${reason.message}` } : reason;
}

/**
 * What has to be done before: what a slot needs; and for a removal, of its own kind, what goes before it. As long as a
 * default-deny stands its allows do.
 */
function waitsFor({ change, needs }: DueSlot, earlier: DueSlot): boolean {
  if (needs === earlier.slot) return true;
  if (change.action !== 'delete' || change.resource.kind !== earlier.change.resource.kind) return false;
  const removal = earlier.change.action === 'delete';
  return removal ? earlier.change.order > change.order : earlier.change.order < change.order;
}
