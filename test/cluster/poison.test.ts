import { expect } from 'chai';
import { spelled, writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { exception, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled } from './harness/reports.ts';
import { eventually } from './harness/until.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const CRDS = ['clustersecuritypolicies.parapet.dev', 'securityexceptions.parapet.dev'];
const SPEC = '/spec/versions/0/schema/openAPIV3Schema/properties/spec';

/** What each poisoned policy's Stalled has to name. */
const paths: Readonly<Record<string, string>> = {
  'bad-quantity': 'spec.resourceQuotas[0].hard.pods',
  'wildcard-role': 'spec.roles[0].rules[0].apiGroups[0]',
  'no-selector': 'spec.namespaceSelector',
  'odd-types': 'spec.priority',
};

/** Exceptions that would open everything, were they read leniently. */
const exceptionPaths: Readonly<Record<string, string>> = {
  'no-end': 'spec.expirationTime',
  'odd-end': 'spec.expirationTime',
  'no-namespaces': 'spec.namespaceSelector',
  'wide-override': 'spec.override.roles[0].rules[0].verbs[0]',
};

describe('A policy that got past the schema', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;
  let requests: () => Promise<readonly AuditEntry[]>;

  before(async () => {
    cluster = await startCluster('--audit-log');
    // As a CRD of an older release, or a restored backup, would let it in.
    const loose = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    for (const name of CRDS) {
      await cluster.admin.patch({ ...CRD, name }, [{ op: 'replace', path: SPEC, value: loose }]);
    }
    await eventually('the schema is loose', () => cluster.applyFixture('poison'));
    await cluster.kubectl(['apply', '-k', 'crds']);
    requests = await cluster.operatorRequests();
    operator = await cluster.startOperator();
    await operator.working();
  });
  after(async () => {
    await operator.stop();
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });

  it('harms no other: the healthy one converges', async () => {
    const status = await reconciled(cluster, 'healthy', '1/1');
    expect(conditionsOf(status)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
    await cluster.admin.read(slot('poison', 'NetworkPolicy/parapet-default-deny'));
  });

  for (const [name, path] of Object.entries(paths)) {
    it(`is called Stalled, with the path of the fault: ${name}`, async () => {
      const status = await eventually('it is stalled', async () => {
        const found = await cluster.admin.read(policy(name));
        expect(conditionsOf(found.status)).to.include({ Stalled: 'True/InvalidSpec', Ready: 'False/InvalidSpec' });
        return found.status;
      });
      expect(messageOf(status, 'Stalled')).to.include(path);
    });
  }

  for (const [name, path] of Object.entries(exceptionPaths)) {
    it(`has no effect where it is an exception, and is called Stalled with the path of the fault: ${name}`, async () => {
      const { status } = await eventually('it is stalled', async () => {
        const found = await cluster.admin.read(exception(name));
        expect(conditionsOf(found.status)).to.deep.equal({ Stalled: 'True/InvalidSpec', Ready: 'False/InvalidSpec' });
        return found;
      });
      expect(messageOf(status, 'Stalled')).to.include(path);
    });
  }

  it('goes on with its blocks that are in order', async () => {
    await cluster.admin.read(slot('poison', 'LimitRange/parapet-limits'));
    expect(await cluster.admin.get(slot('poison', 'ResourceQuota/parapet-compute'))).to.equal(undefined);
    expect(await cluster.admin.get(slot('poison', 'Role/parapet-root'))).to.equal(undefined);
  });

  it('is not tried on the API server in its faulty part', async () => {
    const refused = writesOf(await requests()).filter(({ responseStatus }) => (responseStatus?.code ?? 0) >= 400);
    expect(refused.map(spelled)).to.deep.equal([]);
  });

  it('keeps no repair waiting', async () => {
    await cluster.admin.delete(slot('poison', 'NetworkPolicy/parapet-default-deny'));
    await eventually('it is closed again', async () => {
      expect((await cluster.admin.read(posture('poison'))).recentRepairs?.[0]).to.include({ kind: 'Missing' });
    });
  });

  it('works once it is mended', async () => {
    const spec = { resourceQuotas: [{ name: 'compute', hard: { pods: 5 } }] };
    await cluster.admin.edit(policy('bad-quantity'), { spec });
    const status = await reconciled(cluster, 'bad-quantity', '1/1');
    expect(conditionsOf(status)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
    await cluster.admin.read(slot('poison', 'ResourceQuota/parapet-compute'));
  });

  it('never shows as a crash or an unhandled error', () => {
    expect(operator.logs.filter(({ level }) => level === 'error' || level === 'stderr')).to.deep.equal([]);
  });
});
