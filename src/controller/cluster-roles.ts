import { slim } from '../kube/slim.ts';
import type { Stored, StoreTransform } from '../kube/store.ts';
import type { LiveObject } from '../plan/snapshot.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import type { Content } from '../slots/slot-kind.ts';

/** Read, to know what a binding grants; never written. */
export const clusterRoleResource: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
};

export interface ClusterRoleEntry extends Stored {
  /** Its rules, in the form that a Role's content has. */
  readonly content: Content;
}

/** Read for the same reason. */
export const clusterRoleBindingResource: Resource = {
  ...clusterRoleResource,
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
};

/** Keeps the rules alone; nothing of an aggregated one whose rules a manifest leaves to the cluster to fill in. */
export const clusterRoleTransform: StoreTransform<ClusterRoleEntry> = {
  transform: (object: KubeObject) => {
    if (object['aggregationRule'] !== undefined && object['rules'] === undefined) return undefined;
    const { name, uid = '', resourceVersion = '' } = object.metadata;
    return { name, uid, resourceVersion, content: objectKindOf('Role')?.normalize(object) ?? {} };
  },
};

/** As a RoleBinding enters its store. */
export function clusterRoleBindingTransform(): StoreTransform<LiveObject> {
  const likeRoleBinding = objectKindOf('RoleBinding');
  if (likeRoleBinding === undefined) throw new Error('RoleBinding is no kind of the registry');
  return slim({ ...likeRoleBinding, resource: clusterRoleBindingResource });
}
