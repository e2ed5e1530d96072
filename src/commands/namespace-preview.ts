import type { ChangePreview, FindingPreview, NamespacePreview, ObjectPreview } from '../output/preview.ts';
import { fieldsObject } from '../plan/desired-object.ts';
import { slotId } from '../plan/fold.ts';
import type { Change, NamespacePlan, SlotPlan } from '../plan/namespace-plan.ts';
import { dueSlots } from '../plan/order.ts';
import { plan } from '../plan/plan.ts';
import { liveAfter } from '../plan/rehearse.ts';
import type { LiveObject, NamespaceSnapshot } from '../plan/snapshot.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import { closedDirections } from './closed-directions.ts';
import { spelledAction } from './spelled-action.ts';

/** One namespace under the policies of now and under those of the files; `before` is absent for a new namespace. */
export interface Comparison {
  readonly before?: NamespaceSnapshot;
  readonly after: NamespaceSnapshot;
}

/** What differs between the two plans of a namespace. */
export function namespacePreview({ before, after }: Comparison): NamespacePreview {
  const { name } = after.namespace;
  const planned = { before: before && plan(before), after: plan(after) };
  const live = liveAfter(after.live, planned.after);
  const liveBefore = before && planned.before ? liveAfter(before.live, planned.before) : [];
  const due = new Set((planned.before ? dueSlots(planned.before) : []).map(({ change }) => spelled(change)));
  const known = new Set((planned.before ? findingsOf(planned.before) : []).map(spelled));
  return {
    namespace: name,
    selectedBy: { before: planned.before?.matched ?? [], after: planned.after.matched },
    closed: { before: closedDirections(liveBefore), after: closedDirections(live) },
    changes: dueSlots(planned.after).map((slot) => ({
      ...changePreview(slot, name, live),
      dueAnyway: due.has(spelled(slot.change)),
    })),
    findings: findingsOf(planned.after).filter((finding) => !known.has(spelled(finding))),
  };
}

function changePreview(
  { slot, policies, diffs, change }: SlotPlan & { readonly change: Change },
  namespace: string,
  live: readonly LiveObject[],
): Omit<ChangePreview, 'dueAnyway'> {
  const after = live.find((object) => slotId(object) === slot);
  return {
    action: spelledAction(change),
    slot,
    policies,
    diffs,
    ...(after === undefined ? {} : { object: objectPreview(after, namespace) }),
  };
}

function objectPreview({ kind, name, labels, annotations, content }: LiveObject, namespace: string): ObjectPreview {
  const objectKind = objectKindOf(kind);
  if (objectKind?.fields !== undefined) return fieldsObject(content, objectKind, { name, namespace });
  const apiVersion = objectKind === undefined ? '' : apiVersionOf(objectKind.resource);
  return { apiVersion, kind, metadata: { name, namespace, labels, annotations }, ...content };
}

/** What no write mends, and what Audit policies see. */
function findingsOf({ slots, audits, conflicts }: NamespacePlan): readonly FindingPreview[] {
  const standing = slots.flatMap((slot) => (slot.change === undefined ? [slot] : (slot.afterwards ?? [])));
  return [
    ...standing.filter(isTold).map(finding),
    ...audits.flatMap(({ policy, slots: audited }) =>
      audited.filter(isTold).map((slot) => ({ ...finding(slot), audit: policy })),
    ),
    ...conflicts.map(({ slot, policy, winner }): FindingPreview => {
      const message = `${policy} loses it to ${winner}, which has the same priority and the smaller name`;
      return { slot, state: 'OK', reason: '', message, policies: [winner], diffs: [] };
    }),
  ];
}

/** What is not well, and what is but says something of itself all the same. */
function isTold({ state, reason }: SlotPlan): boolean {
  return state !== 'OK' || reason !== '';
}

function finding({ slot, state, reason, message, policies, diffs }: SlotPlan): FindingPreview {
  return { slot, state, reason, message, policies, diffs };
}

function spelled(value: unknown): string {
  return JSON.stringify(value);
}
