import { expect } from 'chai';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { policy, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const COMPUTE = 'ResourceQuota/parapet-compute';
const STORAGE = 'ResourceQuota/parapet-storage';

describe('Several policies on one namespace', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('folding');
    for (const name of ['baseline', 'size', 'tie']) await reconciled(cluster, `folding-${name}`, '1/1');
  });

  async function hard(id: string): Promise<unknown> {
    return ((await cluster.admin.read(slot('folding', id)))['spec'] as { readonly hard: unknown }).hard;
  }

  async function directions(): Promise<unknown> {
    const { policyTypes } = (await cluster.admin.read(slot('folding', DENY)))['spec'] as Record<string, unknown>;
    return policyTypes;
  }

  it('close each direction that one of them closes', async () => {
    expect(await directions()).to.have.members(['Ingress', 'Egress']);
    const report = await slotReport(cluster, 'folding', DENY);
    expect(report.policies).to.deep.equal(['folding-baseline', 'folding-size']);
  });

  it('give a quota to the highest priority, and call that no conflict', async () => {
    expect(await hard(COMPUTE)).to.deep.equal({ pods: '400' });
    const { status } = await cluster.admin.read(policy('folding-baseline'));
    expect(conditionsOf(status)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
  });

  it('give a slot asked for at one priority to the smaller name, and call the loser Conflicted', async () => {
    expect(await hard(STORAGE)).to.deep.equal({ persistentvolumeclaims: '5' });
    const { status } = await cluster.admin.read(policy('folding-tie'));
    expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Conflicted: 'True/SamePriority' });
    expect(messageOf(status, 'Conflicted')).to.include(STORAGE).and.to.include('folding-baseline');
  });

  it('keep what a suspended one holds as it is, and what the others claim enforced', async () => {
    await cluster.admin.edit(policy('folding-size'), { spec: { suspend: true } });
    const status = await reconciled(cluster, 'folding-size', '1/1');
    expect(conditionsOf(status)).to.include({ Ready: 'True/Suspended', Suspended: 'True/Suspended' });
    expect(await hard(COMPUTE)).to.deep.equal({ pods: '400' });
    expect(await slotReport(cluster, 'folding', COMPUTE)).to.include({ state: 'Frozen' });
    expect(await directions()).to.have.members(['Ingress', 'Egress']);

    await cluster.admin.edit(slot('folding', DENY), { spec: { policyTypes: ['Egress'] } });
    await eventually('the closed direction is closed again', async () => {
      expect(await directions()).to.have.members(['Ingress', 'Egress']);
    });
  });

  it('let the next in line have the slot when its winner stops asking for it', async () => {
    const spec = { suspend: false, resourceQuotas: [{ name: 'other', hard: { pods: 1 } }] };
    await cluster.admin.edit(policy('folding-size'), { spec });
    await reconciled(cluster, 'folding-size', '1/1');
    await eventually('the baseline has it', async () => {
      expect(await hard(COMPUTE)).to.deep.equal({ pods: '10' });
    });
    expect(await slotReport(cluster, 'folding', COMPUTE)).to.deep.include({
      state: 'OK',
      policies: ['folding-baseline'],
    });
  });

  it('do not open a direction when one of them is deleted: what it closed stays', async () => {
    await cluster.admin.delete(policy('folding-size'));
    await eventually('its part is reported as orphaned', async () => {
      expect(await slotReport(cluster, 'folding', DENY)).to.include({ state: 'Orphaned' });
    });
    expect(await directions()).to.have.members(['Ingress', 'Egress']);
    await cluster.admin.read(slot('folding', 'NetworkPolicy/parapet-allow-dns'));
  });
});
