import { expect } from 'chai';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { policy, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

describe('A Role beyond what the operator may grant', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let status: PolicyStatus;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('ceiling');
    status = await reconciled(cluster, 'ceiling', '0/1');
  });

  it('is refused by the API server itself: neither Role nor RoleBinding is there', async () => {
    expect(await cluster.admin.get(slot('ceiling', 'Role/parapet-scaler'))).to.equal(undefined);
    expect(await cluster.admin.get(slot('ceiling', 'RoleBinding/parapet-scaler'))).to.equal(undefined);
  });

  it('stalls the policy, which names verb and resource', () => {
    const conditions = conditionsOf(status);
    expect(conditions).to.include({ Ready: 'False/BeyondGrantable', Stalled: 'True/BeyondGrantable' });
    expect(conditions).not.to.have.property('Reconciling');
    expect(messageOf(status, 'Stalled')).to.include('update').and.to.include('deployments/scale');
    expect(messageOf(status, 'Stalled')).to.include('parapet.dev/grantable');
  });

  it('is Blocked in the posture, while everything else there is written', async () => {
    expect(await slotReport(cluster, 'ceiling', 'Role/parapet-scaler')).to.include({
      state: 'Blocked',
      reason: 'BeyondGrantable',
    });
    for (const id of ['NetworkPolicy/parapet-default-deny', 'Role/parapet-viewer', 'RoleBinding/parapet-viewer']) {
      await cluster.admin.read(slot('ceiling', id));
      expect(await slotReport(cluster, 'ceiling', id), id).to.include({ state: 'OK' });
    }
    expect(status.namespaces).to.include({ matched: 1, blocked: 1 });
  });

  it('keeps no repair in the namespace waiting', async () => {
    await cluster.admin.delete(slot('ceiling', 'NetworkPolicy/parapet-default-deny'));
    await eventually('it is closed again', () =>
      cluster.admin.read(slot('ceiling', 'NetworkPolicy/parapet-default-deny')),
    );
  });

  it('is written once an admin has raised the ceiling', async () => {
    await cluster.applyFixture('ceiling-raised');
    // The operator asks again within a minute by itself; an edit of the policy is the impatient way.
    await eventually('the ceiling is raised', async () => {
      const can = ['auth', 'can-i', 'update', 'deployments.apps', '--subresource=scale', '-n', 'ceiling'];
      const as = ['--as', 'system:serviceaccount:parapet-system:parapet'];
      expect(await cluster.kubectl([...can, ...as])).to.include('yes');
    });
    await cluster.admin.edit(policy('ceiling'), { spec: { priority: 101 } });
    const after = await reconciled(cluster, 'ceiling', '1/1');
    expect(conditionsOf(after)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
    await cluster.admin.read(slot('ceiling', 'RoleBinding/parapet-scaler'));
  });
});
