import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { policy, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { eventually, until } from './harness/until.ts';

const DENY = slot('convergence-a', 'NetworkPolicy/parapet-default-deny');

async function repairs(cluster: Cluster): Promise<void> {
  const { uid } = (await cluster.admin.read(DENY)).metadata;
  await cluster.admin.delete(DENY);
  await eventually('the default-deny is back', async () => {
    expect((await cluster.admin.read(DENY)).metadata.uid).not.to.equal(uid);
  });
}

describe('An API server that restarts under the operator', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await startCluster('--audit-log');
    operator = await cluster.startOperator();
    await operator.working();
    await cluster.applyFixture('convergence');
    await reconciled(cluster, 'convergence', '2/2');
  });
  after(async () => {
    await operator.stop();
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });

  it('costs it neither its leadership nor its life, and no namespace its objects', async () => {
    const objects = await cluster.admin.list({ apiVersion: DENY.apiVersion, kind: DENY.kind });
    await cluster.controlPlane.restartApiServer();
    await until('the API server answers', () => cluster.admin.get(DENY));
    await eventually('drift is repaired again', () => repairs(cluster), 20_000);
    const now = await cluster.admin.list({ apiVersion: DENY.apiVersion, kind: DENY.kind });
    expect(now.map(({ metadata }) => metadata.name)).to.deep.equal(objects.map(({ metadata }) => metadata.name));
    expect(await operator.metric('leader_election_master_status')).to.equal(1);
    expect(operator.logs.filter(({ message }) => message === 'leading')).to.have.length(1);
  });

  it('leaves every watch running: an edit of each kind is still seen', async () => {
    await reconciled(cluster, 'convergence', '2/2');
    await cluster.admin.edit(policy('convergence'), { spec: { limitRange: null } });
    const limits = slot('convergence-b', 'LimitRange/parapet-limits');
    await eventually('the limits are pruned', async () => {
      expect(await cluster.admin.get(limits)).to.equal(undefined);
    });
    const quota = slot('convergence-b', 'ResourceQuota/parapet-compute');
    for (const ref of [quota, slot('convergence-b', 'Role/parapet-on-call')]) {
      await cluster.admin.delete(ref);
      await eventually(`${ref.kind} is back`, () => cluster.admin.read(ref));
    }
    const metadata = { name: 'convergence-c', labels: { suite: 'convergence' } };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    await reconciled(cluster, 'convergence', '3/3');
  });

  it('is asked over at most 24 connections in an operator’s life, watches and lease included', async () => {
    await operator.stop();
    operator = await cluster.startOperator();
    await operator.working();
    await reconciled(cluster, 'convergence', '3/3');
    await repairs(cluster);
    expect(await operator.metric('parapet_api_connections_total')).to.be.within(3, 24);
  });
});

describe('An API server without WatchList', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await startCluster('--audit-log', '--feature-gates', 'WatchList=false');
  });
  after(async () => {
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });

  it('is read by pages instead: everything converges and is repaired', async () => {
    const requests = await cluster.operatorRequests();
    const operator = await cluster.startOperator();
    await operator.working();
    await cluster.applyFixture('convergence');
    await reconciled(cluster, 'convergence', '2/2');
    await repairs(cluster);
    const lists = (await requests()).filter(({ verb }) => verb === 'list').map(({ objectRef }) => objectRef?.resource);
    expect(lists).to.include.members(['networkpolicies', 'namespaces', 'clustersecuritypolicies', 'rolebindings']);
    expect(await operator.stop()).to.deep.equal({ code: 0, signal: null });
  });
});
