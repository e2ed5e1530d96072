import { policyResource } from '../../src/api/resources.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { CallIdentity } from '../support/fault-proxy/call-identity.ts';

/** A plan's world: one namespace and one policy that selects nothing else, so that many plans fit into one cluster. */
export interface World {
  readonly namespace: string;
  readonly policy: string;
}

/** The label by which a world's policy finds its namespace. */
export const WORLD_LABEL = 'faults.parapet.dev/world';

const SPELLED = /^fw-[0-9]{5}$/;
const POLICY = /^(fw-[0-9]{5})-policy$/;

export function worldNumbered(number: number): World {
  const namespace = `fw-${String(number).padStart(5, '0')}`;
  return { namespace, policy: `${namespace}-policy` };
}

/** The namespace of the world that a call is about; undefined for what all worlds share. */
export function worldOf({ namespace, resource, name }: CallIdentity): string | undefined {
  if (SPELLED.test(namespace)) return namespace;
  if (resource === 'namespaces') return SPELLED.test(name) ? name : undefined;
  if (resource === policyResource.plural) return POLICY.exec(name)?.[1];
  // Events about a policy lie in `default`.
  return resource === 'events' ? POLICY.exec(name.replace(/\.\*$/, ''))?.[1] : undefined;
}

/** Takes a world's names out of a text, so that what two worlds say can be compared. */
export function nameless(text: string, { namespace, policy }: World): string {
  return text.replaceAll(policy, 'POLICY').replaceAll(namespace, 'NS');
}

export function namespaceOf({ namespace }: World, selected: boolean): KubeObject {
  const labels = selected ? { [WORLD_LABEL]: namespace } : {};
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
}

const ROLE = { verbs: ['get', 'list', 'watch'], apiGroups: [''] };

/** A policy with every kind of slot: what a namespace gets of it takes a write for each. */
export function policyOf({ namespace, policy }: World): KubeObject {
  const subjects = [{ kind: 'Group', name: 'developers' }];
  return policyWith(policy, {
    mode: 'Enforce',
    deletionPolicy: 'Delete',
    namespaceSelector: { matchLabels: { [WORLD_LABEL]: namespace } },
    networkPolicy: {
      defaultDeny: ['Ingress', 'Egress'],
      allow: ['DNS', 'SameNamespace'],
      policies: [{ name: 'web', spec: webPolicy(9090) }],
    },
    resourceQuotas: [{ name: 'compute', hard: { pods: 100, 'requests.cpu': '32' } }],
    limitRange: { limits: [{ type: 'Container', default: { memory: '512Mi' } }] },
    roles: [
      { name: 'view', rules: [{ ...ROLE, resources: ['pods', 'services'] }], subjects },
      { name: 'look', rules: [{ ...ROLE, resources: ['configmaps'] }], subjects },
    ],
    podSecurity: { enforce: 'baseline' },
    defaultServiceAccount: { automountServiceAccountToken: false },
  });
}

/** What a merge patch makes of it: something of every slot changes, something goes and something comes. */
export const CHANGE = {
  spec: {
    networkPolicy: { allow: ['DNS'], policies: [{ name: 'web', spec: webPolicy(9091) }] },
    // Less than before: what runs has to be looked at first.
    resourceQuotas: [{ name: 'compute', hard: { pods: 10, 'requests.cpu': '16' } }],
    limitRange: { limits: [{ type: 'Container', default: { memory: '256Mi' } }] },
    roles: [
      {
        name: 'view',
        rules: [{ ...ROLE, resources: ['pods'] }],
        subjects: [{ kind: 'Group', name: 'testers' }],
      },
      { name: 'read', rules: [{ ...ROLE, resources: ['events'] }], subjects: [{ kind: 'Group', name: 'testers' }] },
    ],
    podSecurity: { enforce: 'restricted' },
  },
};

function policyWith(name: string, spec: object): KubeObject {
  return { apiVersion: apiVersionOf(policyResource), kind: policyResource.kind, metadata: { name }, spec };
}

function webPolicy(port: number): object {
  return {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'scraper' } } }], ports: [{ port }] }],
  };
}
