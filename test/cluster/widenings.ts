import type { KubeObject } from '../../src/slots/kube-object.ts';
import { uniqueName } from './harness/cluster.ts';

const RBAC = 'rbac.authorization.k8s.io';

export function networkPolicy(team: string, spec: object, name = uniqueName('np')): KubeObject {
  const metadata = { name, namespace: team };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...spec },
  };
}

export function role(team: string, ...rules: readonly object[]): KubeObject {
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: uniqueName('role'), namespace: team }, rules };
}

export function roleBinding(team: string, roleRef: object, subjects: readonly object[] = [user('ann')]): KubeObject {
  const metadata = { name: uniqueName('binding'), namespace: team };
  return { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef: { apiGroup: RBAC, ...roleRef }, subjects };
}

export function user(name: string): object {
  return { apiGroup: RBAC, kind: 'User', name };
}

export function to(...cidrs: readonly string[]): object {
  return { egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }] };
}

function halves(count: number, bits: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${32 + index}.0.0.0/${bits}`);
}

const labelled = { matchLabels: { team: 'a' } };

/** What opens a direction to everyone, and how the refusal calls it. */
export const broadNetworks: Readonly<Record<string, readonly [spec: object, told: string]>> = {
  'ingress from anywhere': [{ ingress: [{}] }, 'opens ingress to every peer'],
  'ingress from an empty list': [{ ingress: [{ from: [] }] }, 'opens ingress to every peer'],
  'ingress from anywhere on one port': [{ ingress: [{ ports: [{ port: 80 }] }] }, 'opens ingress to every peer'],
  'a second rule that is open': [
    { egress: [{ to: [{ podSelector: labelled }] }, { ports: [{ port: 443 }] }] },
    'opens egress to every peer',
  ],
  'all namespaces': [{ ingress: [{ from: [{ namespaceSelector: {} }] }] }, 'opens ingress to all namespaces'],
  'all namespaces, by their name label': [
    {
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'Exists' }] },
            },
          ],
        },
      ],
    },
    'opens egress to all namespaces',
  ],
  'all namespaces but one, all pods but one': [
    {
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['b'] }] },
              podSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
            },
          ],
        },
      ],
    },
    'opens ingress to all namespaces',
  ],
  '0.0.0.0/0': [to('0.0.0.0/0'), 'as good as everywhere'],
  '0.0.0.0/0 without private networks': [
    { egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '169.254.0.0/16'] } }] }] },
    'as good as everywhere',
  ],
  '::/0': [to('::/0'), 'as good as everywhere'],
  'the internet in two halves': [to('0.0.0.0/1', '128.0.0.0/1'), 'as good as everywhere'],
  'the internet in small pieces over two rules': [
    {
      egress: [halves(8, 8), halves(16, 8).slice(8)].map((part) => ({
        to: part.map((cidr) => ({ ipBlock: { cidr } })),
      })),
    },
    'as good as everywhere',
  ],
  'the IPv6 internet': [to('2000::/3'), 'as good as everywhere'],
  'the IPv4 internet behind NAT64': [to('64:ff9b::/96'), 'as good as everywhere'],
  'ingress from the internet': [
    { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/1' } }] }] },
    'opens ingress to so many addresses',
  ],
  'the metadata address': [to('169.254.169.254/32'), 'serve metadata and credentials'],
  'link-local addresses': [to('169.254.0.0/16'), 'serve metadata and credentials'],
  'the metadata address, on port 80': [
    { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [{ port: 80 }] }] },
    'serve metadata and credentials',
  ],
  'the metadata address, on a range from port 53': [
    { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [{ port: 53, endPort: 80 }] }] },
    'serve metadata and credentials',
  ],
};

export const narrowNetworks: Readonly<Record<string, object>> = {
  'nothing at all': {},
  'pods of the namespace': { ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] },
  'one namespace': { ingress: [{ from: [{ namespaceSelector: labelled }] }] },
  'certain pods of any namespace': {
    ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'prometheus' } } }] }],
  },
  'private networks': to('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fd12::/16'),
  'a large public network': to('32.0.0.0/5', '2600::/16'),
  'a network without the metadata address in it': {
    egress: [{ to: [{ ipBlock: { cidr: '169.254.169.0/24', except: ['169.254.169.252/30'] } }] }],
  },
  'DNS at the metadata address': {
    egress: [
      {
        to: [{ ipBlock: { cidr: '169.254.169.254/32' } }],
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    ],
  },
  'ingress from a metadata address, which asks nobody anything': {
    ingress: [{ from: [{ ipBlock: { cidr: '169.254.169.254/32' } }] }],
  },
  'a rule of a direction that is not among its types': { policyTypes: ['Ingress'], egress: [{}] },
};

export const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
export const broadRules: Readonly<Record<string, readonly [rule: object, told: string]>> = {
  'every verb': [{ ...pods, verbs: ['*'] }, 'holds a wildcard'],
  'every resource': [{ ...pods, resources: ['*'] }, 'holds a wildcard'],
  'every subresource': [{ ...pods, resources: ['*/scale'] }, 'holds a wildcard'],
  'every group': [{ ...pods, apiGroups: ['*'] }, 'holds a wildcard'],
  impersonate: [{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }, 'holds escalate, bind or'],
  bind: [{ apiGroups: [RBAC], resources: ['roles'], verbs: ['bind'], resourceNames: ['x'] }, 'holds escalate, bind or'],
  'lists Secrets': [{ apiGroups: ['apps', ''], resources: ['pods', 'secrets'], verbs: ['list'] }, 'reads Secrets'],
  execs: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }, 'gets into running pods'],
  debugs: [{ apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch'] }, 'gets into running pods'],
};
export const narrowRules: Readonly<Record<string, object>> = {
  'reads pods': pods,
  'reads one Secret': { apiGroups: [''], resources: ['secrets'], resourceNames: ['tls'], verbs: ['get'] },
  'writes Secrets': { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete'] },
  'reads secrets of another group': { apiGroups: ['example.com'], resources: ['secrets'], verbs: ['get'] },
};
