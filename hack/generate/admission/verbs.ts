import { policyResource } from '../../../src/api/resources.ts';
import { LABELS } from '../operator-identity.ts';
import { celText } from './guard.ts';

/** Verbs of Parapet's own on clustersecuritypolicies: RBAC hands them out, guards ask for them. */
const VERBS = {
  grant: 'may write what grants permissions: policies with roles, and exceptions with roles',
  relabel: 'may set, change and remove labels parapet.dev/* of Namespaces',
  except: 'may write SecurityExceptions',
  'break-glass': "may write what is Parapet's own, and what opens a guarded namespace",
} as const;

export type GuardVerb = keyof typeof VERBS;

/** CEL: whether whoever asks holds the verb, on all policies or on the one that `name`, an expression, gives. */
export function holds(verb: GuardVerb, name?: string): string {
  const { group, plural } = policyResource;
  const one = name === undefined ? '' : `.name(${name})`;
  return `authorizer.group(${celText(group)}).resource(${celText(plural)})${one}.check(${celText(verb)}).allowed()`;
}

/** How to get a verb, for messages. */
export function askFor(verb: GuardVerb): string {
  return `ask a platform admin to do it, or to bind you to the ClusterRole ${roleName(verb)} (verb ${verb} on ${policyResource.plural}.${policyResource.group})`;
}

/** A ClusterRole that holds one verb and nothing else. It is bound to nobody. */
export function verbRole(verb: GuardVerb): unknown {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: roleName(verb), labels: LABELS, annotations: { 'kubernetes.io/description': VERBS[verb] } },
    rules: [{ apiGroups: [policyResource.group], resources: [policyResource.plural], verbs: [verb] }],
  };
}

function roleName(verb: GuardVerb): string {
  return `parapet-${verb}`;
}
