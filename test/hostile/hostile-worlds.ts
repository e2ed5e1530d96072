import fc from 'fast-check';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import { objectKinds } from '../../src/slots/object-kinds.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import { samplesOf } from '../slots/samples.ts';
import { corrupted, hostileText } from './hostile-values.ts';

/** Policies over some namespaces, what they are edited into, and what strangers put there before. */
export interface HostileWorld {
  readonly namespaces: readonly KubeObject[];
  readonly strangers: readonly KubeObject[];
  /** One after the other, each applied as a whole. */
  readonly rounds: readonly (readonly KubeObject[])[];
}

const SELECTORS = [
  {},
  {},
  { matchLabels: { size: 'large' } },
  { matchExpressions: [{ key: 'size', operator: 'NotIn', values: ['large'] }] },
  { matchExpressions: [{ key: 'constructor', operator: 'DoesNotExist' }] },
];

const oneWord = (...words: readonly string[]): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 2 });

/** Roles of the right shape that ask for more than anybody should get, for people who should get nothing. */
const greedyRoles = fc.record({
  name: fc.constantFrom('a', 'b'),
  rules: fc.tuple(
    fc.record({
      verbs: oneWord('get', 'list', 'list', '*', 'escalate', 'bind', 'impersonate', 'delete'),
      apiGroups: oneWord('', '', 'apps', '*', 'rbac.authorization.k8s.io'),
      resources: oneWord('pods', 'services', '*', '*/scale', 'secrets', 'pods/exec'),
    }),
  ),
  subjects: fc.tuple(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('User', 'Group'),
        name: fc.constantFrom('ann', 'system:masters', 'system:authenticated', 'system:serviceaccounts:team-a'),
      }),
      fc.record({ kind: fc.constant('ServiceAccount'), name: fc.constantFrom('default', 'a/b') }),
      fc.record({
        kind: fc.constant('Group'),
        nameFrom: fc.constant({ label: 'team', prefix: 'system', suffix: ':' }),
      }),
    ),
  ),
});

const blocks = Object.fromEntries(slotKinds.map((kind) => [kind.field, samplesOf(kind)]));
const roles = fc.oneof(
  blocks['roles'] ?? fc.constant([]),
  greedyRoles.map((role) => [role]),
);

const spec = fc.record(
  {
    mode: fc.constantFrom('Enforce', 'Enforce', 'Enforce', 'Audit'),
    suspend: fc.constantFrom(false, false, false, true),
    priority: fc.constantFrom(0, 100, 200),
    deletionPolicy: fc.constantFrom('Orphan', 'Delete'),
    adoption: fc.constantFrom('Never', 'Force'),
    namespaceSelector: fc.constantFrom(...SELECTORS),
    includeNames: fc.constantFrom(['*'], ['team-*'], ['team-a'], ['kube-system']),
    excludeNames: fc.constantFrom(['team-b'], ['?']),
    ...blocks,
    roles,
  },
  { requiredKeys: ['mode', 'namespaceSelector'], noNullPrototype: true },
);

const labels = fc.dictionary(
  fc.oneof(fc.constantFrom('size', 'team', 'parapet.dev/slot'), hostileText),
  fc.oneof(fc.constantFrom('large', 'a'), hostileText),
  { maxKeys: 2, noNullPrototype: true },
);

/** `spec` of a policy, with up to three faults. */
export const hostileSpec = corrupted(spec);

const policies = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', '../a', 'a?b', '..'), labels, hostileSpec), {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((list) => list.map(([name, own, body], index) => policyObject(name, { labels: own, generation: index }, body)));

/** Of a cluster-scoped object the namespace is empty: no Namespace is called so. */
const namespaceName = fc.oneof(
  fc.constantFrom('team-a', 'team-b', 'kube-system'),
  hostileText.filter((name) => name !== ''),
);

const namespaces = fc
  .uniqueArray(fc.tuple(namespaceName, labels), {
    minLength: 1,
    maxLength: 2,
    selector: ([name]) => name,
  })
  .map((list) => list.map(([name, own]) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: own } })));

/** Objects that a tenant made before, some under names of Parapet's and with what Parapet would write on them. */
const strangers = fc.array(
  fc.record({
    // Of what isn't ours whole there is one in a namespace, and it stands there already.
    kind: fc.constantFrom(...objectKinds.filter(({ fields }) => fields === undefined)),
    name: fc.constantFrom('parapet-a', 'parapet-limits', 'parapet-default-deny', 'parapet-policy-a', 'parapet-../x'),
    slot: fc.constantFrom('', 'parapet-a', '../x'),
    annotated: fc.oneof(fc.constantFrom('a', 'a,b'), hostileText),
    content: fc.constantFrom({}, { spec: { podSelector: {}, ingress: [{}] } }, { rules: [], subjects: [] }),
  }),
  { maxLength: 2 },
);

export const hostileWorld: fc.Arbitrary<HostileWorld> = fc
  .record({ namespaces, strangers, rounds: fc.array(policies, { minLength: 1, maxLength: 2 }) })
  .map((world) => ({
    ...world,
    strangers: world.namespaces.flatMap(({ metadata }) =>
      world.strangers.map(({ kind, name, slot, annotated, content }) => ({
        apiVersion: apiVersionOf(kind.resource),
        kind: kind.resource.kind,
        metadata: {
          name,
          namespace: metadata.name,
          labels: slot === '' ? {} : { 'parapet.dev/slot': slot },
          annotations: { 'parapet.dev/policies': annotated },
        },
        ...content,
      })),
    ),
  }));

function policyObject(name: string, metadata: object, body: unknown): KubeObject {
  return {
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'ClusterSecurityPolicy',
    metadata: { name, ...metadata },
    spec: body,
  };
}
