import { expect } from 'chai';
import fc from 'fast-check';
import { each } from '../../hack/support/each.ts';
import { writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { hostileSpec } from '../hostile/hostile-worlds.ts';
import { objection } from '../hostile/judge.ts';
import type { Grounds } from '../hostile/judge.ts';
import { actsOn } from '../hostile/naive-selection.ts';
import { StatusError } from './harness/api-client.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { policy } from './harness/refs.ts';
import type { PolicyObject } from './harness/refs.ts';
import { allReconciled } from './harness/reports.ts';
import { eventually } from './harness/until.ts';

const CASES = 300;
const SEED = Number(process.env['HOSTILE_SEED'] ?? Date.now() % 1_000_000);
const RBAC = 'rbac.authorization.k8s.io/v1';
const POLICIES = { apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy' };
const METHODS: Readonly<Record<string, string>> = { create: 'POST', patch: 'PATCH', update: 'PUT', delete: 'DELETE' };

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
}

/** Every single right of a list of rules: `get apps/pods`. */
function rightsOf(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ verbs, apiGroups, resources }) =>
    verbs.flatMap((verb) => apiGroups.flatMap((group) => resources.map((resource) => `${verb} ${group}/${resource}`))),
  );
}

describe(`Hostile policies on a real API server (HOSTILE_SEED=${SEED})`, function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let operator: OperatorProcess;
  let accepted: readonly PolicyObject[];
  let writes: readonly AuditEntry[];
  const refusals: string[] = [];

  before(async () => {
    cluster = await startCluster('--audit-log');
    await cluster.applyFixture('every-kind');
    for (const name of ['team-a', 'team-b', 'x'.repeat(63), '0']) {
      const labels = { size: name === 'team-a' ? 'large' : 'small', constructor: 'x', team: 'a' };
      await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    }
    operator = await cluster.startOperator();
    await operator.working();
    const specs = fc.sample(hostileSpec, { numRuns: CASES, seed: SEED });
    await each([...specs.entries()], 8, ([index, spec]) => submit(`hostile-${index}`, spec));
    accepted = await cluster.admin.list<PolicyObject>(POLICIES);
    await settled();
    // All leave but a few, which says what is taken away.
    await each(accepted.slice(5), 8, ({ metadata }) => cluster.admin.delete(policy(metadata.name)));
    await settled();
    // A review asks a question: nothing is stored.
    const isQuestion = ({ objectRef }: AuditEntry): boolean => objectRef?.resource === 'selfsubjectreviews';
    writes = writesOf(await cluster.auditLog(OPERATOR_USER)).filter((entry) => !isQuestion(entry));
  });
  after(async () => {
    await operator.stop();
    await cluster.controlPlane.stop();
  });

  it('are refused with the path of the field, or taken', () => {
    expect(accepted.length).to.be.within(CASES / 10, CASES * 0.9);
    expect(refusals.filter((message) => !/spec|json|unmarshal|strict decoding/i.test(message))).to.deep.equal([]);
  });

  it('make the operator write nothing but its own kinds, where one of them selects, at whole URLs', async () => {
    const namespaces = await cluster.admin.list({ apiVersion: 'v1', kind: 'Namespace' });
    const selected = new Set(
      namespaces
        .filter((namespace) => accepted.some((each) => actsOn(each, namespace)))
        .map(({ metadata }) => metadata.name),
    );
    const has = (name: string): boolean => selected.has(name);
    const policies = accepted.map(({ metadata }) => metadata.name);
    const grounds: Grounds = { selected: has, wasSelected: has, saysItIsOurs: () => false, policies };
    const objections = writes.map((entry) => objection(requestOf(entry), grounds) ?? '');
    expect(
      objections.map((against, index) => against && `${writes[index]?.requestURI}: ${against}`).filter(Boolean),
    ).to.deep.equal([]);
    expect(writes.length).to.be.above(100);
  });

  it('grant nothing beyond the ceiling', async () => {
    const ceiling = await cluster.admin.get({ apiVersion: RBAC, kind: 'ClusterRole', name: 'parapet-grantable' });
    const grantable = new Set(rightsOf(ceiling?.['rules'] as readonly Rule[]));
    const labelSelector = 'app.kubernetes.io/managed-by=parapet';
    const roles = await cluster.admin.list({ apiVersion: RBAC, kind: 'Role', labelSelector });
    const rights = roles.flatMap((role) => rightsOf(role['rules'] as readonly Rule[]));
    expect(rights.filter((right) => !grantable.has(right))).to.deep.equal([]);
    const bindings = await cluster.admin.list({ apiVersion: RBAC, kind: 'RoleBinding', labelSelector });
    for (const binding of bindings) {
      const { kind, name } = binding['roleRef'] as { readonly kind: string; readonly name: string };
      expect(kind === 'Role' ? name : `${kind} ${name}`).to.be.oneOf([binding.metadata.name, 'ClusterRole view']);
    }
  });

  it('leave the operator well: it answers to the next policy', async () => {
    const name = 'well';
    const spec = { mode: 'Enforce', namespaceSelector: {}, includeNames: ['team-b'], priority: 1000 };
    const resourceQuotas = [{ name: 'well', hard: { pods: 5 } }];
    await cluster.admin.create({ ...POLICIES, metadata: { name }, spec: { ...spec, resourceQuotas } });
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'parapet-well', namespace: 'team-b' };
    await eventually('its quota is there', async () => {
      expect(await cluster.admin.get(quota)).to.not.equal(undefined);
    });
    expect(operator.logs.filter(({ level }) => level === 'error' || level === 'stderr')).to.deep.equal([]);
  });

  async function submit(name: string, spec: unknown): Promise<void> {
    try {
      await cluster.admin.create({ ...POLICIES, metadata: { name }, spec } as KubeObject);
    } catch (error) {
      if (!(error instanceof StatusError) || ![400, 422].includes(error.status)) throw error;
      refusals.push(error.message);
    }
  }

  function settled(): Promise<void> {
    return allReconciled(cluster, 90_000);
  }
});

function requestOf({ verb, requestURI, objectRef }: AuditEntry): Parameters<typeof objection>[0] {
  return { method: METHODS[verb] ?? verb, target: requestURI, body: { metadata: { name: objectRef?.name ?? '' } } };
}
