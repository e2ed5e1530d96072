import type { CallIdentity, Verb } from '../support/fault-proxy/call-identity.ts';

const OWN: readonly Verb[] = ['create', 'patch', 'delete'];

/**
 * What Parapet may ever do about a namespace or a policy (the API contract, section 7), by hand: what was generated from
 * the code would allow whatever the code does.
 */
const ALLOWED: Readonly<Record<string, readonly Verb[]>> = {
  'networkpolicies.networking.k8s.io': OWN,
  resourcequotas: OWN,
  limitranges: OWN,
  'roles.rbac.authorization.k8s.io': OWN,
  'rolebindings.rbac.authorization.k8s.io': OWN,
  'namespacepostures.parapet.dev': OWN,
  // Labels of the one, a field of the other.
  namespaces: ['patch'],
  serviceaccounts: ['patch'],
  // The finalizer.
  'clustersecuritypolicies.parapet.dev': ['patch'],
  'clustersecuritypolicies/status.parapet.dev': ['patch'],
  events: ['create', 'patch'],
  pods: ['list'],
};

/** Whether a call that is about one world is one that Parapet may make. */
export function isAllowed({ verb, group, resource, subresource, name }: CallIdentity): boolean {
  const plural = subresource === '' ? resource : `${resource}/${subresource}`;
  const verbs = ALLOWED[group === '' ? plural : `${plural}.${group}`] ?? [];
  const ofOthers = resource === 'serviceaccounts' && name !== 'default';
  return verbs.includes(verb) && !ofOthers;
}
