import type { PostureContest } from '../api/posture.ts';
import { POSTURE_NAME, postureResource } from '../api/resources.ts';
import { isRelease } from '../plan/order.ts';
import type { NamespacePlan, SlotPlan } from '../plan/namespace-plan.ts';
import type { Outcome, RefusalCause } from '../plan/outcome.ts';
import type { SlotReason } from '../plan/slot-reasons.ts';

/** A slot after its change was tried: what reports, conditions and metrics are made of. */
export type SlotReport = Omit<SlotPlan, 'change' | 'afterwards' | 'needs' | 'tightens'> & {
  /** Why the write was refused, where it was. */
  readonly refusal?: RefusalCause;
  /** The kind of drift that was just repaired. */
  readonly repaired?: SlotPlan['state'];
  /** What differed until then. */
  readonly mended?: SlotPlan['diffs'];
  /** The write is to be tried again. */
  readonly retry?: boolean;
  /** When what was repaired was first seen, RFC 3339, where the repair had to wait. */
  readonly detected?: string;
  /** Somebody else keeps changing the object. */
  readonly contest?: Contest;
};

/** Repairs of one object that do not end, as a report records them; `contested` is what people have to settle. */
export type Contest = PostureContest & { readonly contested: boolean };

/** A namespace after its plan was applied. */
export interface NamespaceReport {
  readonly namespace: string;
  readonly matched: readonly string[];
  readonly cleaning: readonly string[];
  readonly slots: readonly SlotReport[];
  /** Slots that are gone because we pruned them, for the record of repairs. */
  readonly removed: readonly SlotReport[];
  readonly audits: readonly { readonly policy: string; readonly slots: readonly SlotReport[] }[];
  readonly conflicts: NamespacePlan['conflicts'];
  readonly exemptions: NamespacePlan['exemptions'];
}

/** What a plan has become by its outcomes, by slot. A change without an outcome was not tried and is still due. */
export function settle(plan: NamespacePlan, outcomes: ReadonlyMap<string, Outcome>): NamespaceReport {
  const isRemoved = (planned: SlotPlan): boolean => endsSlot(planned) && outcomes.get(planned.slot)?.result === 'done';
  const settled = (slot: SlotPlan): SlotReport => settleSlot(slot, outcomes.get(slot.slot));
  return {
    namespace: plan.namespace,
    matched: plan.matched,
    cleaning: plan.cleaning,
    slots: plan.slots.filter((slot) => !isRemoved(slot)).map(settled),
    removed: plan.slots.filter(isRemoved).map(settled),
    audits: plan.audits.map(({ policy, slots }) => ({ policy, slots: slots.map(bare) })),
    conflicts: plan.conflicts,
    exemptions: plan.exemptions,
  };
}

/** What is taken away because it may not stand is still asked for, and reported. */
function endsSlot({ change, afterwards }: SlotPlan): boolean {
  if (change === undefined || afterwards !== undefined) return false;
  return change.action === 'delete' || isRelease(change);
}

/**
 * A report that could not be written is a finding of its own, told by the policies that select the namespace: whoever
 * keeps it out, by a quota on reports for one, must not keep silent what it would say.
 */
export function withOwnRefusal(report: NamespaceReport, outcome: Outcome | undefined): NamespaceReport {
  if (outcome?.result !== 'refused') return report;
  const slot: SlotReport = {
    slot: `${postureResource.kind}/${POSTURE_NAME}`,
    state: 'Blocked',
    reason: refusalReasons[outcome.cause],
    message: outcome.message,
    policies: report.matched,
    uid: '',
    diffs: [],
    actor: '',
    refusal: outcome.cause,
    retry: true,
  };
  return { ...report, slots: [...report.slots, slot] };
}

function settleSlot(slot: SlotPlan, outcome: Outcome | undefined): SlotReport {
  const report = bare(slot);
  if (slot.change === undefined) return report;
  switch (outcome?.result) {
    case 'done':
      return written(slot, outcome.object?.metadata.uid ?? slot.uid);
    case 'refused':
      return {
        ...report,
        state: 'Blocked',
        reason: refusalReasons[outcome.cause],
        message: outcome.message,
        refusal: outcome.cause,
        retry: true,
      };
    case 'paced':
      return { ...report, reason: 'Paced', message: outcome.message };
    case 'stale':
      return { ...report, reason: 'ChangedMeanwhile', message: outcome.message, retry: true };
    case 'retry':
      return { ...report, reason: 'Retrying', message: outcome.message, retry: true };
    default:
      return { ...report, retry: true };
  }
}

/** A rollout of a policy's edit is no repair: only what was drift counts as repaired. */
function written(slot: SlotPlan, uid: string): SlotReport {
  const after = bare(slot.afterwards ?? { ...slot, state: 'OK', reason: '', message: '' });
  const repaired = slot.state === 'Pending' ? {} : { repaired: slot.state, mended: slot.diffs };
  return { ...after, uid, actor: slot.actor, diffs: [], ...repaired };
}

function bare({ change, afterwards, needs, tightens, ...report }: SlotPlan): SlotReport {
  void [change, afterwards, needs, tightens];
  return report;
}

/** Reasons a slot is Blocked: a stable enum, shown in the posture and in the policy's conditions. */
export const refusalReasons: Readonly<Record<RefusalCause, SlotReason>> = {
  ceiling: 'BeyondGrantable',
  permission: 'PermissionDenied',
  webhook: 'AdmissionDenied',
  quota: 'QuotaExceeded',
  finalizer: 'HeldByFinalizer',
  invalid: 'Refused',
};
