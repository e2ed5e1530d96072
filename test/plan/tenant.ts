import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import type { Json, KubeObject } from '../../src/slots/kube-object.ts';
import { World } from './world.ts';
import type { policy } from './world.ts';

export const deny = { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS', 'SameNamespace'] } };
export const everyone = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] };
export const toDatabase = { policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] };

export function networkPolicy(name: string, spec: Json, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, ...metadata }, spec };
}

export function role(name: string, ...rules: readonly Json[]): KubeObject {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules };
}

export const team = { kind: 'Group', name: 'team' };

export function binding(name: string, role: string, subjects: readonly Json[] = [team]): KubeObject {
  const [kind = '', bound = ''] = role.split('/');
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: bound };
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name }, roleRef, subjects };
}

export const rule = (resources: readonly string[], verbs: readonly string[]): Json => ({
  apiGroups: [''],
  resources,
  verbs,
});

/** A world at rest under the policies, with a tenant's objects in it. */
export function world(policies: readonly ReturnType<typeof policy>[], ...objects: readonly KubeObject[]): World {
  const made = new World(policies);
  made.converge();
  for (const object of objects) made.put(object, 'kubectl');
  return made;
}

export function found(made: World, slot: string): SlotPlan | undefined {
  return made.plan().slots.find((each) => each.slot === slot);
}
