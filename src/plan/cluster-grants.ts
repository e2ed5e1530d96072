import type { BroadGrant } from '../widening/broad-role.ts';
import { broadClusterGrant, tellGrant } from './broad-grant.ts';
import { readBinding } from './read-stranger.ts';
import type { BoundSubject } from './read-stranger.ts';
import type { ClusterRoles, LiveObject } from './snapshot.ts';
import { ownerOf } from './stranger.ts';

/** A ClusterRoleBinding that grants in every namespace what would be broad in one. */
export interface ClusterGrant {
  /** The ClusterRoleBinding's name. */
  readonly binding: string;
  readonly uid: string;
  readonly reason: BroadGrant['reason'];
  /** Whom it grants what, and who manages it. */
  readonly message: string;
}

/**
 * ClusterRoleBindings of a broad ClusterRole, by name. They hold in every namespace, so they are told once and count for
 * no policy. What Kubernetes binds to its own users, groups and controllers is left out.
 */
export function clusterGrants(bindings: Iterable<LiveObject>, clusterRoles: ClusterRoles): readonly ClusterGrant[] {
  const grants: ClusterGrant[] = [];
  for (const object of bindings) {
    const { role, subjects } = readBinding(object.content);
    const strangers = subjects.filter((subject) => !isKubernetesOwn(subject, object.name));
    const content = clusterRoles.get(role.name);
    const broad =
      strangers.length === 0 || content === undefined ? undefined : broadClusterGrant(content, clusterRoles);
    if (broad === undefined) continue;
    const told = tellGrant({ role, subjects: strangers }, broad.right);
    const message = `${told} in every namespace; managed by ${ownerOf(object).told}`;
    grants.push({ binding: object.name, uid: object.uid, reason: broad.reason, message });
  }
  return grants.toSorted((a, b) => (a.binding < b.binding ? -1 : 1));
}

/** Everybody, in Kubernetes' spelling: whoever binds these binds people. */
const EVERYBODY = /^system:(authenticated|unauthenticated|anonymous|serviceaccounts(:.*)?)$/;

/** `system:masters`, `system:kube-scheduler`, and service accounts in kube-system by bindings of Kubernetes' making. */
function isKubernetesOwn({ kind, name, namespace }: BoundSubject, binding: string): boolean {
  if (kind === 'ServiceAccount') return namespace === 'kube-system' && binding.startsWith('system:');
  return name.startsWith('system:') && !EVERYBODY.test(name);
}
