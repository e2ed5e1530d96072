import type { Resource } from '../slots/kube-object.ts';

export const API_GROUP = 'parapet.dev';
export const API_VERSION = 'v1alpha1';

/** What platform teams write. */
export const policyResource: Resource = {
  group: API_GROUP,
  version: API_VERSION,
  plural: 'clustersecuritypolicies',
  kind: 'ClusterSecurityPolicy',
  namespaced: false,
};

/** What Parapet reports, one per namespace. */
export const postureResource: Resource = {
  group: API_GROUP,
  version: API_VERSION,
  plural: 'namespacepostures',
  kind: 'NamespacePosture',
  namespaced: true,
};

/** A way out for a while, which platform teams write as well. */
export const exceptionResource: Resource = {
  group: API_GROUP,
  version: API_VERSION,
  plural: 'securityexceptions',
  kind: 'SecurityException',
  namespaced: false,
};

/** Keeps a policy with `deletionPolicy: Delete` until what it holds is removed. */
export const CLEANUP_FINALIZER = 'parapet.dev/cleanup';

/** The one name a NamespacePosture has. */
export const POSTURE_NAME = 'parapet';
