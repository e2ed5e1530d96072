import { expect } from 'chai';
import { spelled, writesOf } from '../../hack/support/audit-log.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { policy, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { eventually, until } from './harness/until.ts';

const COUNT = 1_000;
const names = Array.from({ length: COUNT }, (_, index) => `crash-${String(index).padStart(4, '0')}`);

describe('A thousand namespaces', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await startCluster('--audit-log');
    await cluster.applyFixture('convergence');
    const waiting = names.values();
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (const name of waiting) {
          const metadata = { name, labels: { suite: 'crash' } };
          await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
        }
      }),
    );
  });
  after(async () => {
    await operator.stop();
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });

  it('converge while a tampering elsewhere is repaired within a second', async () => {
    operator = await cluster.startOperator();
    await operator.working();
    await reconciled(cluster, 'convergence', '2/2');
    const requests = await cluster.operatorRequests();
    await cluster.applyFixture('crash');
    await until('the backlog is being worked off', async () => {
      return (await operator.metric('workqueue_depth', { name: 'namespace' })) > COUNT / 4;
    });

    const deny = slot('convergence-a', 'NetworkPolicy/parapet-default-deny');
    const { uid } = (await cluster.admin.read(deny)).metadata;
    const from = performance.now();
    await cluster.admin.delete(deny);
    await eventually('the default-deny is back', async () => {
      expect((await cluster.admin.read(deny)).metadata.uid).not.to.equal(uid);
    });
    expect(performance.now() - from).to.be.below(1_000);
    expect(await operator.metric('workqueue_depth', { name: 'namespace' })).to.be.above(0);

    await reconciled(cluster, 'crash', `${COUNT}/${COUNT}`, 120_000);
    const statuses = (await requests())
      .map(spelled)
      .filter((line) => line === 'patch clustersecuritypolicies/status /crash');
    expect(statuses.length).to.be.within(2, 20);
  });

  it('are reached over at most 24 connections', async () => {
    expect(await operator.metric('parapet_api_connections_total')).to.be.at.most(24);
  });

  it('are each written once: nothing is patched or deleted on the way', async () => {
    const writes = writesOf(await cluster.auditLog()).filter(
      ({ verb, objectRef, user }) =>
        user.username.endsWith(':parapet') && objectRef?.namespace?.startsWith('crash-') && verb !== 'create',
    );
    expect(writes.map(spelled)).to.deep.equal([]);
  });

  it('leave a status that is the same as what is in the cluster', async () => {
    const status = await reconciled(cluster, 'crash', `${COUNT}/${COUNT}`);
    const postures = await cluster.admin.list<{
      apiVersion: string;
      kind: string;
      metadata: { name: string; namespace: string };
      summary: { state: string };
    }>({ apiVersion: 'parapet.dev/v1alpha1', kind: 'NamespacePosture' });
    const states = postures
      .filter(({ metadata }) => metadata.namespace.startsWith('crash-'))
      .map(({ summary }) => summary.state);
    expect(states).to.have.length(COUNT);
    expect(new Set(states)).to.deep.equal(new Set(['Compliant']));
    expect(status.namespaces).to.include({ matched: COUNT, compliant: COUNT, drifted: 0, blocked: 0, pending: 0 });
    expect(JSON.stringify(status).length).to.be.below(64 * 1024);
  });

  it('are cleaned up with a policy that takes its objects along, each looked at a few times and written once', async () => {
    await cluster.admin.edit(policy('crash'), { spec: { deletionPolicy: 'Delete' } });
    await reconciled(cluster, 'crash', `${COUNT}/${COUNT}`, 60_000);
    const looks = (): Promise<number> =>
      operator.metric('controller_runtime_reconcile_total', { controller: 'namespace' });
    const [requests, before] = [await cluster.operatorRequests(), await looks()];
    await cluster.admin.delete(policy('crash'));
    const gone = async (): Promise<boolean> => (await cluster.admin.get(policy('crash'))) === undefined;
    await until('the policy is gone', gone, 120_000);
    expect((await looks()) - before).to.be.below(4 * COUNT);
    const writes = writesOf(await requests()).map(spelled);
    const count = (pattern: RegExp): number => writes.filter((line) => pattern.test(line)).length;
    expect(count(/^delete namespacepostures crash-/)).to.equal(COUNT);
    expect(count(/^delete (?!namespacepostures)\S+ crash-/)).to.equal(7 * COUNT);
    expect(count(/^(create|patch) \S+ crash-/)).to.equal(0);
    expect(count(/^patch clustersecuritypolicies \/crash$/)).to.equal(1);
    expect(count(/^patch clustersecuritypolicies\/status \/crash$/)).to.be.below(40);
  });
});
