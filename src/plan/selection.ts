import type { Policy } from '../api/policy.ts';
import { matchesGlob } from '../semantics/names.ts';
import { matchesSelector } from '../semantics/selector.ts';
import type { NamespaceFacts } from '../slots/slot-kind.ts';

/**
 * Whether a policy, or an exception, selects a namespace: selector, includeNames and excludeNames are ANDed. A protected namespace is
 * selected only by its exact name in includeNames, so `namespaceSelector: {}` can never close kube-system.
 */
export function selects(
  { selection }: Pick<Policy, 'selection'>,
  namespace: NamespaceFacts,
  protectedGlobs: readonly string[],
): boolean {
  const { includeNames, excludeNames, namespaceSelector } = selection;
  if (anyGlob(protectedGlobs, namespace.name) && !includeNames?.includes(namespace.name)) return false;
  if (includeNames !== undefined && !anyGlob(includeNames, namespace.name)) return false;
  if (excludeNames !== undefined && anyGlob(excludeNames, namespace.name)) return false;
  return matchesSelector(namespaceSelector, namespace.labels);
}

function anyGlob(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesGlob(glob, name));
}
