import { expect } from 'chai';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import type { PostureObject } from './harness/refs.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const QUOTA = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'truth-full', name: 'no-roles' };
const names = ['truth-well', 'truth-foreign', 'truth-full'];

describe('The reports of namespaces that stand differently', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let status: PolicyStatus;
  let postures: readonly PostureObject[];

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('truth');
    await eventually('the quota is in force', async () => {
      expect((await cluster.admin.read(QUOTA))['status']).to.have.property('used');
    });
    await cluster.applyFixture('truth-policy');
    status = await reconciled(cluster, 'truth', '1/3');
    postures = await Promise.all(names.map((name) => cluster.admin.read(posture(name))));
  });

  it('count in the status what the postures say', () => {
    expect(postures.map(({ summary }) => summary.state)).to.deep.equal(['Compliant', 'Drifted', 'Blocked']);
    expect(status.namespaces).to.deep.equal({
      matched: 3,
      compliant: 1,
      drifted: 1,
      blocked: 1,
      held: 0,
      exempt: 0,
      pending: 0,
      summary: '1/3',
    });
    const open = postures.flatMap(({ slots }) => slots.filter(({ state }) => state !== 'OK'));
    expect(status.drift?.open).to.equal(open.length);
  });

  it('say of each slot what is in the cluster', async () => {
    for (const { metadata, slots } of postures) {
      for (const entry of slots) {
        const live = await cluster.admin.get(slot(metadata.namespace ?? '', entry.slot));
        const where = `${metadata.namespace} ${entry.slot}`;
        if (entry.state === 'OK') expect(entry.uid, where).to.equal(live?.metadata.uid);
        if (entry.state === 'Blocked') expect(live, where).to.equal(undefined);
        if (entry.state === 'Foreign') expect(entry.uid ?? '', where).not.to.equal(live?.metadata.uid);
      }
    }
  });

  it('name the worst first', () => {
    expect(status.worst?.map((worst) => `${worst.namespace} ${worst.slot} ${worst.state}`)).to.deep.equal([
      'truth-full Role/parapet-on-call Blocked',
      'truth-foreign LimitRange/parapet-limits Foreign',
    ]);
    expect(status.truncated).to.equal(0);
  });

  it('call what tenants cause Degraded, and the policy ready', () => {
    const conditions = conditionsOf(status);
    expect(conditions).to.include({ Ready: 'True/Succeeded', Drifted: 'True/DriftOpen' });
    expect(conditions['Degraded']).to.match(/^True/);
    expect(conditions).not.to.have.property('Stalled');
  });

  it('tell why a full quota blocks, and what waits for it', async () => {
    const report = await slotReport(cluster, 'truth-full', 'Role/parapet-on-call');
    expect(report).to.include({ state: 'Blocked', reason: 'QuotaExceeded' });
    expect(report.message).to.include('no-roles');
    expect(await slotReport(cluster, 'truth-full', 'RoleBinding/parapet-on-call')).to.include({ state: 'Blocked' });
    expect(await slotReport(cluster, 'truth-full', 'NetworkPolicy/parapet-default-deny')).to.include({ state: 'OK' });
  });

  it('show in the columns and can be selected by state', async () => {
    const row = (await cluster.kubectl(['get', 'csecpol', 'truth', '--no-headers'])).trim();
    expect(row).to.match(/^truth\s+True\s+Enforce\s+1\/3\s+1\s+1\s+\d+s$/);
    const blocked = ['get', 'nsposture', '-A', '--field-selector', 'summary.state=Blocked', '--no-headers'];
    expect(await cluster.kubectl(blocked))
      .to.match(/^truth-full\s+parapet\s+Blocked/m)
      .and.not.to.include('truth-well');
  });

  it('follow when things get better', async () => {
    await cluster.admin.delete(slot('truth-foreign', 'LimitRange/parapet-limits'));
    await cluster.admin.delete(QUOTA);
    // Nobody tells the operator that a quota has gone; a change in the namespace makes it look.
    await cluster.admin.edit(namespace('truth-full'), { metadata: { labels: { look: 'again' } } });
    const better = await reconciled(cluster, 'truth', '3/3');
    expect(conditionsOf(better)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
    expect(better.worst ?? []).to.be.empty;
    expect((await cluster.admin.read(policy('truth'))).status.drift?.open).to.equal(0);
  });
});
