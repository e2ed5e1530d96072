import { claimsWithin } from '../slots/field-claims.ts';
import type { StringMap } from '../slots/kube-object.ts';
import { filterLeaves, leavesOf } from '../slots/leaves.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import type { LiveObject, NamespaceSnapshot } from './snapshot.ts';

/** The snapshot with other labels on its namespace, set by somebody else: Parapet claims none of those that changed. */
export function relabelled(snapshot: NamespaceSnapshot, labels: StringMap): NamespaceSnapshot {
  const live = snapshot.live.map((object) => (isItself(object) ? withLabels(object, labels) : object));
  return { ...snapshot, live, namespace: { ...snapshot.namespace, labels } };
}

/** The namespace's labels after the fields of it that are slots have become others. */
export function labelsAfter(labels: StringMap, before: readonly LiveObject[], after: readonly LiveObject[]): StringMap {
  const [old, now] = [labelsIn(before), labelsIn(after)];
  return { ...Object.fromEntries(Object.entries(labels).filter(([key]) => !Object.hasOwn(old, key))), ...now };
}

function withLabels(live: LiveObject, labels: StringMap): LiveObject {
  const content = objectKindOf(live.kind)?.normalize({ metadata: { labels } }) ?? {};
  const [before, after] = [leavesOf(live.content), leavesOf(content)];
  const unchanged = Object.keys(filterLeaves(after, (pointer, value) => before[pointer] === value));
  return { ...live, content, managedFields: claimsWithin(live.managedFields ?? [], unchanged) };
}

function labelsIn(live: readonly LiveObject[]): StringMap {
  const { labels = {} } = (live.find(isItself)?.content['metadata'] ?? {}) as { readonly labels?: StringMap };
  return labels;
}

function isItself({ kind }: LiveObject): boolean {
  return objectKindOf(kind)?.resource.namespaced === false;
}
