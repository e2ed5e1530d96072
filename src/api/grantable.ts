/** The label of ClusterRoles that say what policies may grant. */
export const GRANTABLE_LABEL = 'parapet.dev/grantable';

/** The ClusterRole into which kube-controller-manager puts all that those hold: the operator is bound to it. */
export const GRANTABLE_ROLE = 'parapet-grantable';
