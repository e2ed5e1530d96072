import { expect } from 'chai';
import { isWrite, spelled } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { Cluster } from './harness/cluster.ts';
import { namespace } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { until } from './harness/until.ts';

function writesBesideTheLease(entries: readonly AuditEntry[]): readonly string[] {
  return entries.filter((entry) => isWrite(entry) && entry.objectRef?.resource !== 'leases').map(spelled);
}

describe('A converged cluster', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await withoutSharedOperator();
    operator = await cluster.startOperator();
    await operator.working();
    await cluster.applyFixture('convergence');
    await reconciled(cluster, 'convergence', '2/2');
    // Other suites leave objects behind that have to be reported once.
    await everyNamespaceSeen();
    await operator.stop();
  });
  // Also after a failure: it would keep the Lease from whoever comes next.
  afterEach(() => operator.stop());

  async function everyNamespaceSeen(): Promise<void> {
    const { length } = await cluster.admin.list({ apiVersion: 'v1', kind: 'Namespace' });
    await until('every namespace was looked at', async () => {
      const looks = await operator.metric('controller_runtime_reconcile_total', { controller: 'namespace' });
      return looks >= length && (await operator.metric('workqueue_depth', { name: 'namespace' })) === 0;
    });
  }

  it('costs a restarted operator no write, and an idle one only the renewals of its Lease', async () => {
    const requests = await cluster.operatorRequests();
    operator = await cluster.startOperator();
    await operator.working();
    await everyNamespaceSeen();
    // Two renewals: four seconds in which a status, posture or event would have been written.
    const renewals = async (): Promise<number> =>
      (await requests()).filter(({ verb, objectRef }) => verb === 'update' && objectRef?.resource === 'leases').length;
    await until('the lease was renewed three times', async () => (await renewals()) >= 3);
    expect(writesBesideTheLease(await requests())).to.deep.equal([]);
    expect(await operator.metric('parapet_namespaces', { policy: 'convergence', state: 'compliant' })).to.equal(2);
  });

  it('is not stirred by what is nobody’s posture: annotations of a namespace, other objects', async () => {
    operator = await cluster.startOperator();
    await operator.working();
    await reconciled(cluster, 'convergence', '2/2');
    const requests = await cluster.operatorRequests();
    await cluster.admin.edit(namespace('convergence-a'), { metadata: { annotations: { note: 'x' } } });
    const metadata = { name: 'own', namespace: 'convergence-a' };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    // A quota over something that no policy limits, and a NetworkPolicy that opens nothing.
    const spec = { hard: { 'count/configmaps': '99' } };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec });
    const closed = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {} } };
    await cluster.admin.create(closed);
    // A repair in the other namespace is a sign that all this was seen.
    const limits = { apiVersion: 'v1', kind: 'LimitRange', namespace: 'convergence-b', name: 'parapet-limits' };
    await cluster.admin.delete(limits);
    await until('the limits are back', () => cluster.admin.get(limits));
    await reconciled(cluster, 'convergence', '2/2');
    const inA = (await requests()).filter(({ objectRef }) => objectRef?.namespace === 'convergence-a');
    expect(writesBesideTheLease(inA)).to.deep.equal([]);
  });
});
