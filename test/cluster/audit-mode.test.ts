import { expect } from 'chai';
import { isWrite } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import { wholeKinds } from '../../src/slots/object-kinds.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, slot } from './harness/refs.ts';
import { conditionsOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

/** All that an Audit policy may lead to. */
const reports = new Set(['clustersecuritypolicies/status', 'namespacepostures', 'events', 'leases']);

function target({ objectRef = {} }: AuditEntry): string {
  const { resource = '', subresource } = objectRef;
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

describe('An Audit policy', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let requests: () => Promise<readonly AuditEntry[]>;
  let status: PolicyStatus;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    requests = await cluster.operatorRequests();
    await cluster.applyFixture('audit');
    await reconciled(cluster, 'audit-enforcing', '1/1');
    status = await reconciled(cluster, 'audit-looking', '0/2');
  });

  it('writes nothing but reports', async () => {
    const elsewhere = (await requests()).filter(({ objectRef }) => objectRef?.namespace !== 'audit-enforced');
    const written = new Set(elsewhere.filter(isWrite).map(target));
    expect([...written].filter((resource) => !reports.has(resource))).to.deep.equal([]);
    expect([...written]).to.include.members(['clustersecuritypolicies/status', 'namespacepostures']);
    for (const { resource } of wholeKinds) {
      const { apiVersion, kind } = slot('audit-plain', `${resource.kind}/any`);
      const found = await cluster.admin.list({ apiVersion, kind, namespace: 'audit-plain' });
      expect(found, kind).to.be.empty;
    }
  });

  it('says what it would create, and is ready all the same', async () => {
    expect(await slotReport(cluster, 'audit-plain', 'LimitRange/parapet-limits')).to.include({ state: 'Missing' });
    expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Drifted: 'True/DriftFound' });
    expect(status.namespaces).to.include({ matched: 2, drifted: 2, compliant: 0 });
    expect(status.worst?.map((worst) => worst.namespace)).to.deep.equal(['audit-enforced', 'audit-plain']);
  });

  it('of priority 1000 changes nothing of what one of priority 100 enforces', async () => {
    const quota = await cluster.admin.read(slot('audit-enforced', 'ResourceQuota/parapet-compute'));
    expect(quota['spec']).to.deep.equal({ hard: { pods: '10' } });
    const deny = await cluster.admin.read(slot('audit-enforced', 'NetworkPolicy/parapet-default-deny'));
    expect(deny['spec']).to.deep.include({ policyTypes: ['Ingress'] });
    expect(quota.metadata.annotations).to.deep.equal({ 'parapet.dev/policies': 'audit-enforcing' });
  });

  it('shows beside the enforced slot what it would change', async () => {
    const report = await slotReport(cluster, 'audit-enforced', 'ResourceQuota/parapet-compute');
    expect(report).to.include({ state: 'OK', reason: 'AuditDrift' });
    expect(report.diffs).to.deep.equal([
      { pointer: '/spec/hard/pods', expected: '"99"', live: '"10"', actor: 'unknown' },
    ]);
  });

  it('tells of its findings once, not with every look at the namespace', async () => {
    const operator = await sharedOperator();
    const found = (): Promise<number> => operator.metric('parapet_drift_detected_total', { policy: 'audit-looking' });
    const reconciles = (): Promise<number> =>
      operator.metric('controller_runtime_reconcile_total', { controller: 'namespace' });
    const [before, looks] = [await found(), await reconciles()];
    for (const round of ['a', 'b', 'c']) {
      await cluster.admin.edit(namespace('audit-enforced'), { metadata: { labels: { round } } });
    }
    await eventually('the namespace was looked at again', async () => {
      expect(await reconciles()).to.be.above(looks);
    });
    expect(await found()).to.equal(before);
  });

  it('lets a repair of the enforced slot go on', async () => {
    const quota = slot('audit-enforced', 'ResourceQuota/parapet-compute');
    await cluster.admin.edit(quota, { spec: { hard: { pods: '99' } } });
    await eventually('the enforced value is back', async () => {
      expect((await cluster.admin.read(quota))['spec']).to.deep.equal({ hard: { pods: '10' } });
    });
  });

  it('that was Enforce leaves what it holds as it is', async () => {
    await cluster.admin.edit(policy('audit-enforcing'), { spec: { mode: 'Audit' } });
    await reconciled(cluster, 'audit-enforcing', '1/1');
    const quota = slot('audit-enforced', 'ResourceQuota/parapet-compute');
    await cluster.admin.edit(quota, { spec: { hard: { pods: '11' } } });
    await reconciled(cluster, 'audit-enforcing', '0/1');
    expect((await cluster.admin.read(quota))['spec']).to.deep.equal({ hard: { pods: '11' } });
    expect(await slotReport(cluster, 'audit-enforced', 'ResourceQuota/parapet-compute')).to.include({
      state: 'Frozen',
    });
  });

  it('takes its reports along where it no longer selects a namespace that holds nothing of ours', async () => {
    await cluster.admin.edit(namespace('audit-plain'), { metadata: { labels: { suite: 'other' } } });
    await eventually('the posture is gone', async () => {
      expect(await cluster.kubectl(['get', 'nsposture', '-n', 'audit-plain', '-o', 'name'])).to.equal('');
    });
  });
});
