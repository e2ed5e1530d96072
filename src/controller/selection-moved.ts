import { selects } from '../plan/selection.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';
import type { ClusterView } from './view.ts';

/**
 * Whether the namespace's labels have become others that other policies select: by a write of ours, of whose echo nobody
 * will tell.
 */
export function selectionMoved(
  { namespace, policies, protectedNamespaces }: NamespaceSnapshot,
  view: ClusterView,
): boolean {
  const labels = view.namespaces.get('', namespace.name)?.labels;
  if (labels === undefined || labels === namespace.labels) return false;
  const now = { ...namespace, labels };
  return policies.some(
    (policy) =>
      policy.decodable && selects(policy, namespace, protectedNamespaces) !== selects(policy, now, protectedNamespaces),
  );
}
