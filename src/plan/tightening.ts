import type { Content, Desired, Hold } from '../slots/slot-kind.ts';
import type { Workloads } from '../slots/workloads.ts';
import { unknownActor } from './actor.ts';
import type { FoldedSlots } from './fold.ts';
import type { SlotPlan } from './namespace-plan.ts';
import { returning } from './returning.ts';
import type { NamespaceSnapshot } from './snapshot.ts';
import type { SlotInput } from './slot-input.ts';
import { slotOf } from './slot-of.ts';

/** What decides whether an edit waits. */
export interface TighteningContext {
  readonly workloads: Workloads;
  /** Whether the policies behind a slot want their edits to wait. */
  readonly holds: (policies: readonly string[]) => boolean;
  /** Whether a policy's present generation was written everywhere before. */
  readonly isSettled: (policy: string) => boolean;
}

/** What decides it in one namespace: LimitRanges count as they will be once the plan is written. */
export function tighteningIn(
  { evidence, policies, live, others }: NamespaceSnapshot,
  wanted: FoldedSlots,
): TighteningContext {
  const holding = new Set(policies.filter((policy) => policy.holds).map(({ name }) => name));
  const settled = new Set(policies.filter((policy) => policy.settled).map(({ name }) => name));
  const limitRanges = [...wanted.values(), ...others]
    .filter(({ kind }) => kind === 'LimitRange')
    .map(({ content }) => content);
  const used = Object.fromEntries(live.flatMap((object) => (object.used ? [[object.name, object.used]] : [])));
  return {
    workloads: { pods: evidence?.pods, warnings: evidence?.warnings, used, limitRanges },
    holds: (names) => names.some((name) => holding.has(name)),
    isSettled: (name) => settled.has(name),
  };
}

/**
 * An enforced slot, with a policy's edit held back while running workloads would violate it. Repairs are never held: while
 * an edit waits, whoever tampers is put back to what was last written.
 */
export function tightenedSlot(input: SlotInput, context: TighteningContext): SlotPlan | undefined {
  const planned = returning(slotOf(input), input);
  const { desired, recorded } = input;
  if (planned?.change === undefined || desired === undefined) return planned;
  if (input.objectKind.hold === undefined || !context.holds(desired.policies)) return planned;
  const applied = recorded?.applied;
  if (applied !== undefined) return resumed({ ...input, desired }, planned, { applied, context });
  return planned.state === 'Pending' ? edited(input, planned, context) : planned;
}

/** What a policy's edit asks for, or so it seems. */
function edited(input: SlotInput, planned: SlotPlan, context: TighteningContext): SlotPlan {
  if (isTampering(input, planned, context)) return { ...planned, state: 'Modified', actor: unknownActor };
  return weighed(input, planned, { written: input.live?.content, context });
}

/**
 * After a restart nothing is remembered, and a field manager can be forged: but where the very policies that hold the slot
 * were done with their present generation, no edit of theirs explains a difference.
 */
function isTampering(
  { desired, live, recorded, lastWritten }: SlotInput,
  planned: SlotPlan,
  context: TighteningContext,
) {
  if (lastWritten !== undefined || planned.reason !== '' || live === undefined) return false;
  if (recorded?.uid !== live.uid || recorded.policies.join() !== desired?.policies.join()) return false;
  return desired.policies.every((name) => context.isSettled(name));
}

/** An edit that was held before: what differs from what was written then is somebody's tampering. */
function resumed(
  input: SlotInput & { readonly desired: Desired },
  planned: SlotPlan,
  { applied, context }: { readonly applied: Content; readonly context: TighteningContext },
): SlotPlan {
  const back = slotOf({ ...input, desired: { ...input.desired, content: applied } });
  const tampered = back?.change !== undefined;
  const edit = weighed(input, tampered ? planned : { ...planned, state: 'Pending' }, { written: applied, context });
  if (edit.state !== 'Held' || !tampered) return edit;
  return { ...back, applied, afterwards: { ...edit, uid: back.uid } };
}

/** The edit itself, or why it waits. */
function weighed(
  input: SlotInput,
  planned: SlotPlan,
  { written, context }: { readonly written: Content | undefined; readonly context: TighteningContext },
): SlotPlan {
  const { name, objectKind, desired } = input;
  const hold = objectKind.hold?.(name, { next: desired?.content ?? {}, live: written }, context.workloads);
  if (hold === 'look') return { ...planned, tightens: true };
  return hold === undefined ? planned : held(input, planned, { hold, applied: written });
}

function held(
  { live, recorded }: SlotInput,
  { slot, policies, diffs, exception }: SlotPlan,
  { hold, applied }: { readonly hold: Hold; readonly applied: Content | undefined },
): SlotPlan {
  return {
    slot,
    state: 'Held',
    reason: hold.reason,
    message: `${hold.message}; looked at again every 10 minutes, or set spec.tightening to Apply`,
    policies,
    uid: live?.uid ?? recorded?.uid ?? '',
    diffs,
    actor: '',
    ...(applied === undefined ? {} : { applied }),
    // As it was recorded: of what is yet to be written it is not known what will stand there then.
    ...(recorded?.before === undefined ? {} : { before: recorded.before }),
    ...(exception === undefined ? {} : { exception }),
  };
}
