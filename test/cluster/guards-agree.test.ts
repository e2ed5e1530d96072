import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { NetworkPolicySpec } from '../../src/slots/network-policy-schema.ts';
import { broadNetworkPolicy } from '../../src/widening/broad-network-policy.ts';
import { broadRole } from '../../src/widening/broad-role.ts';
import type { RbacRule } from '../../src/widening/rights.ts';
import { guardedCluster, refusal } from './harness/guarded-cluster.ts';
import type { GuardedCluster } from './harness/guarded-cluster.ts';
import { broadNetworks, broadRules, narrowNetworks, narrowRules, networkPolicy, role } from './widenings.ts';

const CASES = 300;
const SEED = Number(process.env['GUARDS_SEED'] ?? Date.now() % 1_000_000);
const DIRECTIONS = ['Ingress', 'Egress'] as const;

const selector = fc.constantFrom(
  {},
  { matchLabels: { app: 'web' } },
  { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
  { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'Exists' }] },
  { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b'] }] },
);
/** Disjoint networks without an except: what overlaps or is cut out, the guard counts as a whole. */
const NETWORKS =
  '10.0.0.0/8 16.0.0.0/5 32.0.0.0/5 40.0.0.0/5 64.0.0.0/4 128.0.0.0/8 129.0.0.0/24 169.254.0.0/16 168.63.129.16/32 100.64.0.0/10 240.0.0.0/4 2600::/12 2400::/16 fc00::/7 64:ff9b::/96 64:ff9b:1::/48 4000::/2';
const networks = fc.uniqueArray(fc.constantFrom(...NETWORKS.split(' ')), { maxLength: 6 });
const ports = fc.constantFrom([], [{ port: 53 }], [{ port: 53, endPort: 54 }], [{ port: 443 }, { port: 53 }]);
const rule = fc
  .record({
    cidrs: networks,
    peers: fc.array(
      fc.oneof(
        fc.record({ podSelector: selector }),
        fc.record({ namespaceSelector: selector }),
        fc.record({ namespaceSelector: selector, podSelector: selector }),
      ),
      { maxLength: 2 },
    ),
    ports,
  })
  .map(({ cidrs, peers, ports: opened }) => ({
    peers: [...cidrs.map((cidr) => ({ ipBlock: { cidr } })), ...peers],
    ports: opened,
  }));
const networkPolicySpecs = fc
  .record({
    policyTypes: fc.uniqueArray(fc.constantFrom(...DIRECTIONS), { minLength: 1 }),
    ingress: fc.array(rule, { maxLength: 1 }),
    egress: fc.array(rule, { maxLength: 1 }),
  })
  .map(({ policyTypes, ingress, egress }) => ({
    podSelector: {},
    policyTypes,
    ingress: ingress.map(({ peers, ports: opened }) => ({ from: peers, ports: opened })),
    egress: egress.map(({ peers, ports: opened }) => ({ to: peers, ports: opened })),
  }));

const words = (...some: readonly string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...some), { minLength: 1, maxLength: 2 });
const rbacRules = fc.array(
  fc.record(
    {
      verbs: words('get', 'list', 'create', 'patch', 'update', 'delete', 'bind', 'impersonate', '*'),
      apiGroups: words('', 'apps', 'rbac.authorization.k8s.io', '*'),
      resources: words('pods', 'secrets', 'pods/exec', 'pods/attach', 'pods/ephemeralcontainers', 'roles', '*', '*/x'),
      resourceNames: fc.constantFrom([], ['a'], ['a', '']),
    },
    { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
  ),
  { minLength: 1, maxLength: 2 },
);

/** What is refused at admission is what would be reported as Widened, and the other way round. */
describe(`The guards and the report (GUARDS_SEED=${SEED})`, function () {
  this.timeout(90_000);
  let cluster: GuardedCluster;
  before(async () => {
    cluster = await guardedCluster();
  });

  async function isRefused(object: KubeObject): Promise<boolean> {
    return (await refusal(() => cluster.gitops.tryCreate(object))) !== undefined;
  }

  it('agree on which NetworkPolicies are broad', async () => {
    const generated = fc.sample(networkPolicySpecs, { numRuns: CASES, seed: SEED });
    const named = [...Object.values(broadNetworks).map(([spec]) => spec), ...Object.values(narrowNetworks)];
    let broad = 0;
    for (const spec of [...generated, ...named]) {
      const object = networkPolicy('guarded', spec);
      const reported = broadNetworkPolicy(object['spec'] as NetworkPolicySpec, DIRECTIONS) !== undefined;
      expect(await isRefused(object), JSON.stringify(spec)).to.equal(reported);
      broad += reported ? 1 : 0;
    }
    expect(broad).to.be.within(CASES / 10, CASES);
  });

  it('agree on which Roles are broad', async () => {
    const generated = fc.sample(rbacRules, { numRuns: CASES, seed: SEED });
    const named = [
      ...Object.values(broadRules).map(([each]) => [each]),
      ...Object.values(narrowRules).map((each) => [each]),
    ];
    let broad = 0;
    for (const rules of [...generated, ...named]) {
      const reported = broadRole(rules as readonly RbacRule[], 'namespace') !== undefined;
      expect(await isRefused(role('guarded', ...rules)), JSON.stringify(rules)).to.equal(reported);
      broad += reported ? 1 : 0;
    }
    expect(broad).to.be.within(CASES / 10, CASES);
  });
});
