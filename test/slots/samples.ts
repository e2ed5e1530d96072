import fc from 'fast-check';
import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import type { Claim, FoldContext, HeldObject, SlotKind } from '../../src/slots/slot-kind.ts';
import { schemaSamples } from './schema-samples.ts';

/** Blocks of every field as the schema allows them, and the contexts to fold them in. */

const names = fc.constantFrom('a', 'b', 'c');
const selector = fc.constantFrom({}, { matchLabels: {} }, { matchLabels: { app: 'web' } }, { matchExpressions: [] });
const peer = fc.constantFrom<unknown>(
  { podSelector: {} },
  { namespaceSelector: { matchLabels: { team: 'a' } }, podSelector: { matchLabels: { app: 'b' } } },
  { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
  { ipBlock: { cidr: '2001:db8::/32', except: [] } },
  { ipBlock: { cidr: '169.254.0.0/16', except: ['169.254.169.0/24'] } },
  { ipBlock: { cidr: '::/0' } },
);
const port = fc.constantFrom<unknown>({}, { port: 80 }, { port: 'http', protocol: 'UDP' }, { port: 1, endPort: 9 });
const ports = fc.array(port, { maxLength: 2 });
const peers = fc.array(peer, { maxLength: 2 });
const directions = fc.uniqueArray(fc.constantFrom('Ingress', 'Egress'), { minLength: 1 });

export const networkPolicySpecs = fc.record(
  {
    podSelector: selector,
    policyTypes: fc.uniqueArray(fc.constantFrom('Ingress', 'Egress')),
    ingress: fc.array(fc.record({ from: peers, ports }, { requiredKeys: [] }), { maxLength: 2 }),
    egress: fc.array(fc.record({ to: peers, ports }, { requiredKeys: [] }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const quantity = fc.constantFrom<string | number>('1', 2, '0.5', '500m', '1024Mi', '1.5Gi', '1e3', '0.0001', 0);
const amounts = (...resources: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...resources), quantity, { minKeys: 1, noNullPrototype: true });
const rules = fc.array(
  fc.record({
    apiGroups: fc.constantFrom([''], ['apps', '']),
    resources: fc.constantFrom(['pods'], ['services', 'pods', 'pods']),
    verbs: fc.constantFrom(['list', 'get'], ['watch']),
  }),
  { minLength: 1, maxLength: 2 },
);
const subjects = fc.array(
  fc.constantFrom<unknown>(
    { kind: 'Group', name: 'g' },
    { kind: 'User', name: 'u' },
    { kind: 'ServiceAccount', name: 's' },
    { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    { kind: 'Group', nameFrom: { label: 'kubernetes.io/metadata.name', prefix: 'team:', suffix: ':dev' } },
  ),
  { minLength: 1, maxLength: 3 },
);
/** `view` is what config/rbac lets policies bind. */
const granted = fc.oneof(fc.record({ rules }), fc.record({ rules }), fc.constant({ clusterRole: 'view' }));

function named(item: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  const items = fc.tuple(names, item).map(([name, members]) => ({ name, ...members }));
  return fc.uniqueArray(items, { minLength: 1, maxLength: 3, selector: ({ name }) => name });
}

/** Blocks by the field that holds them: written by hand where the schema's own samples would seldom meet or be valid. */
export const blocks: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  networkPolicy: fc.record(
    {
      defaultDeny: directions,
      allow: fc.uniqueArray(
        fc.constantFrom('DNS', 'SameNamespace', 'KubernetesAPI', 'APIServerWebhooks', 'CloudIdentity'),
        { minLength: 1 },
      ),
      policies: named(fc.record({ spec: networkPolicySpecs })),
    },
    { requiredKeys: ['defaultDeny'] },
  ),
  resourceQuotas: named(
    fc.record(
      {
        hard: amounts('requests.cpu', 'limits.memory'),
        scopes: fc.constantFrom(['NotBestEffort'], ['NotTerminating', 'NotBestEffort']),
      },
      { requiredKeys: ['hard'] },
    ),
  ),
  limitRange: fc.record({
    limits: fc.tuple(
      fc.record(
        { type: fc.constantFrom('Container', 'Pod'), max: amounts('cpu', 'memory'), min: amounts('cpu', 'memory') },
        { requiredKeys: ['type', 'max'] },
      ),
    ),
  }),
  roles: named(fc.tuple(granted, fc.record({ subjects })).map(([grants, members]) => ({ ...grants, ...members }))),
};

/** Valid blocks of any kind of the registry, be it new. */
export function samplesOf(kind: SlotKind): fc.Arbitrary<unknown> {
  return blocks[kind.field]?.filter((block) => kind.validate(block).length === 0) ?? schemaSamples(kind);
}

const endpoints = fc.constantFrom(
  { ip: '10.96.0.1', port: 443 },
  { ip: '192.0.2.7', port: 6443 },
  { ip: '2001:db8::1', port: 6443 },
  { ip: '169.254.169.254', port: 80 },
  { ip: 'nowhere', port: 1 },
);

export const platforms: fc.Arbitrary<PlatformFacts> = fc.record({
  dns: fc.record({
    peers: fc.array(
      fc.constantFrom(
        { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } },
        { namespace: '', podLabels: {} },
        { cidr: '169.254.20.10/32' },
        { cidr: 'nowhere' },
      ),
      { maxLength: 3 },
    ),
    ports: fc.array(fc.constantFrom(53, 5353), { maxLength: 2 }),
  }),
  apiServer: fc.record({
    service: fc.array(endpoints, { maxLength: 2 }),
    endpoints: fc.array(endpoints, { maxLength: 3 }),
  }),
  nodeCidrs: fc.array(
    fc.constantFrom('10.0.0.0/16', '169.254.0.0/16', '169.254.169.254/32', 'fd00::/8', '::/0', 'nowhere'),
    { maxLength: 3 },
  ),
  cloud: fc.constantFrom('aws', 'gcp', 'azure', 'none', 'unknown'),
  cni: fc.record({
    name: fc.constantFrom('cilium', 'calico', 'unknown'),
    ipBlockMatchesNodes: fc.boolean(),
  }),
});

const held: fc.Arbitrary<readonly HeldObject[]> = fc.tuple(fc.boolean(), directions).map(([holds, policyTypes]) =>
  holds
    ? [
        {
          kind: 'NetworkPolicy',
          name: 'parapet-default-deny',
          content: { spec: { policyTypes } },
          policies: ['z-frozen'],
          frozen: ['z-frozen'],
        },
      ]
    : [],
);

export const contexts: fc.Arbitrary<FoldContext> = fc.record({
  namespace: fc.constant({ name: 'team-a', labels: {} }),
  platform: platforms,
  held,
});

/** Claims of differently named policies, some at the same priority. */
export function claimsOf(block: fc.Arbitrary<unknown>): fc.Arbitrary<readonly Claim[]> {
  const claim = fc.record({
    policy: fc.constantFrom('p', 'q', 'r', 's'),
    priority: fc.constantFrom(0, 100, 200),
    block,
  });
  return fc.uniqueArray(claim, { maxLength: 4, selector: ({ policy }) => policy });
}
