import { pointerPath } from '../semantics/json-pointer.ts';
import type { StringMap } from '../slots/kube-object.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import type { Content } from '../slots/slot-kind.ts';
import { applied } from './applied.ts';
import { fieldManager } from './desired-object.ts';
import { slotId } from './fold.ts';
import type { Change, NamespacePlan, PatchOperation } from './namespace-plan.ts';
import { dueSlots, isRelease } from './order.ts';
import { plan } from './plan.ts';
import { recordOf } from './record.ts';
import { labelsAfter } from './relabelled.ts';
import type { LiveObject, NamespaceSnapshot, RecordedSlot } from './snapshot.ts';

/**
 * The snapshot as it would be with every change written and reported: where a namespace that nobody touches comes to
 * rest. Its own plan has no change left.
 */
export function rehearse(snapshot: NamespaceSnapshot): NamespaceSnapshot {
  const planned = plan(snapshot);
  const live = liveAfter(snapshot.live, planned);
  const labels = labelsAfter(snapshot.namespace.labels, snapshot.live, live);
  const namespace = { ...snapshot.namespace, labels };
  const rested = { ...snapshot, namespace, live, record: withBefore(snapshot.record, planned) };
  return { ...rested, record: plan(rested).slots.map(recordOf) };
}

/** A record with what only the plan knows that writes over it: what stood in fields before. */
export function withBefore(record: readonly RecordedSlot[], { slots }: NamespacePlan): readonly RecordedSlot[] {
  const ended = new Set(
    slots.filter(({ change }) => change !== undefined && isRelease(change)).map(({ slot }) => slot),
  );
  const recorded = new Map(record.filter(({ slot }) => !ended.has(slot)).map((each) => [each.slot, each]));
  for (const { slot, policies, before } of slots) {
    if (before === undefined || ended.has(slot)) continue;
    recorded.set(slot, { ...(recorded.get(slot) ?? { slot, uid: '', policies }), before });
  }
  return [...recorded.values()];
}

/** The objects there would be after a plan's changes. */
export function liveAfter(before: readonly LiveObject[], planned: NamespacePlan): readonly LiveObject[] {
  const live = new Map(before.map((object) => [slotId(object), object]));
  for (const { slot, change } of dueSlots(planned)) {
    const next = objectAfter(change, live.get(slot));
    if (next === undefined) live.delete(slot);
    else live.set(slot, next);
  }
  return [...live.values()];
}

function objectAfter(change: Change, live: LiveObject | undefined): LiveObject | undefined {
  switch (change.action) {
    case 'create':
    case 'recreate':
      return created(change.object);
    case 'patch':
      return live && patched(live, change.operations);
    case 'apply':
      return live && applied(live, change.object);
    case 'delete':
      return undefined;
  }
}

function created(object: Extract<Change, { action: 'create' }>['object']): LiveObject {
  const { name, labels = {}, annotations = {} } = object.metadata;
  return {
    kind: object.kind,
    name,
    uid: `rehearsed/${object.kind}/${name}`,
    resourceVersion: '',
    labels,
    annotations,
    content: objectKindOf(object.kind)?.normalize(object) ?? {},
    managers: [fieldManager],
  };
}

/** What `patchOperations` makes: whole members, and of the metadata whole maps or single keys. */
function patched(live: LiveObject, operations: readonly PatchOperation[]): LiveObject {
  const content: Record<string, Content[string]> = { ...live.content };
  const metadata: Record<string, StringMap> = { labels: live.labels, annotations: live.annotations };
  for (const { path, value } of operations) {
    const [member = '', map = '', key] = pointerPath(path);
    if (member !== 'metadata') content[member] = value;
    else if (key === undefined) metadata[map] = value as StringMap;
    else metadata[map] = { ...metadata[map], [key]: value as string };
  }
  const { labels = {}, annotations = {} } = metadata;
  const { managers } = live;
  return { ...live, content, labels, annotations, managers: [...new Set([...managers, fieldManager])].toSorted() };
}
