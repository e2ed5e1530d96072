/** API groups of policies that can open what a NetworkPolicy closes, and what they are called. */
const KINDS: Readonly<Record<string, string>> = {
  'policy.networking.k8s.io': 'ClusterNetworkPolicy, AdminNetworkPolicy and BaselineAdminNetworkPolicy',
  'cilium.io': 'CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy',
  'crd.projectcalico.org': "Calico's NetworkPolicy and GlobalNetworkPolicy",
  'projectcalico.org': "Calico's NetworkPolicy and GlobalNetworkPolicy",
};

/** Of the API groups of a cluster, or of its manifests, those whose policies nothing here evaluates; sorted, each once. */
export function notEvaluated(groups: Iterable<string>): readonly string[] {
  const kinds = [...new Set(groups)].flatMap((group) => (Object.hasOwn(KINDS, group) ? [KINDS[group] ?? ''] : []));
  return [...new Set(kinds)].toSorted();
}
