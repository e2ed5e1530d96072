/**
 * Namespaces of the cluster's own machinery and of what usually installs policies: only an exact `includeNames` selects
 * them, because a default-deny there stops the cluster, or the tool that would take it away.
 */
export const PROTECTED_NAMESPACES: readonly string[] = [
  'kube-*',
  'openshift-*',
  'gke-*',
  'gmp-*',
  'calico-*',
  'tigera-*',
  'cilium*',
  'istio-system',
  'cert-manager',
  'argocd',
  'flux-system',
  'gatekeeper-system',
  'kyverno',
];

/** Where the operator is installed unless `--leader-election-namespace` says otherwise. */
const OPERATOR_NAMESPACE = 'parapet-system';

/** What the operator protects given these globs: its own namespace always. */
export function protectedBy(globs: readonly string[]): readonly string[] {
  return [...new Set([...globs, OPERATOR_NAMESPACE])];
}
