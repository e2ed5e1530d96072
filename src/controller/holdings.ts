import { annotatedPolicies, policiesAnnotation } from '../plan/desired-object.ts';
import { isSlotName } from '../slots/slot-name.ts';
import type { ClusterView } from './view.ts';

/** The namespaces whose report, or one of whose objects, names a policy as a holder. Looks at everything: ask seldom. */
export function namespacesHeldBy(view: Pick<ClusterView, 'postures' | 'objects'>, policy: string): ReadonlySet<string> {
  const namespaces = new Set<string>();
  for (const [namespace, { content }] of view.postures.entries()) {
    if (content.slots.some(({ policies }) => policies.includes(policy))) namespaces.add(namespace);
  }
  for (const store of view.objects.values()) {
    for (const [namespace, { name, annotations }] of store.entries()) {
      // The text is looked at first: taking it apart costs more, and there may be a hundred thousand.
      if (annotations[policiesAnnotation]?.includes(policy) !== true || !isSlotName(name)) continue;
      if (annotatedPolicies(annotations).includes(policy)) namespaces.add(namespace);
    }
  }
  return namespaces;
}
