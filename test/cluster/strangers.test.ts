import { expect } from 'chai';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const foreign = ['NetworkPolicy/parapet-default-deny', 'ResourceQuota/parapet-compute'] as const;
const competitors = ['LimitRange/theirs', 'ResourceQuota/theirs', 'NetworkPolicy/default-deny'];

describe("A stranger's object on one of our names", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let original: readonly KubeObject[];

  const live = (): Promise<readonly KubeObject[]> =>
    Promise.all(foreign.map((id) => cluster.admin.read(slot('strangers', id))));
  /** All but the status that Kubernetes' own controllers write. */
  const written = (objects: readonly KubeObject[]): unknown =>
    objects.map(({ metadata: { uid, labels, annotations }, spec }) => ({ uid, labels, annotations, spec }));

  /** The default-deny under a name of its own. */
  async function besideOurs(): Promise<string> {
    const { slots } = await cluster.admin.read(posture('strangers'));
    const found = slots.find((each) => each.slot.startsWith('NetworkPolicy/parapet-default-deny-'));
    expect(found).to.include({ state: 'OK' });
    return found?.slot ?? '';
  }

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('strangers');
    original = await live();
    await cluster.applyFixture('strangers-policy');
    await reconciled(cluster, 'strangers', '0/1');
  });

  it('is left alone', async () => {
    expect(written(await live())).to.deep.equal(written(original));
  });

  it('is reported with whoever manages it, and what to do', async () => {
    for (const id of foreign) {
      const report = await slotReport(cluster, 'strangers', id);
      expect(report, id).to.include({ state: 'Foreign', reason: 'NotOurs' });
      expect(report, id).not.to.have.property('uid');
    }
    expect((await slotReport(cluster, 'strangers', foreign[0])).message).to.include('managed by kubectl');
    expect((await slotReport(cluster, 'strangers', foreign[1])).message).to.include('managed by Helm');
  });

  it('opens nothing: a default-deny of ours stands beside it, and is repaired', async () => {
    const beside = await besideOurs();
    await cluster.admin.edit(slot('strangers', beside), { spec: { ingress: [{}] } });
    await eventually('it is closed again', async () => {
      const { spec } = await cluster.admin.read(slot('strangers', beside));
      expect(spec).to.deep.equal({ podSelector: {}, policyTypes: ['Egress', 'Ingress'] });
    });
  });

  it('is told from objects that merely compete: a second LimitRange, a second quota, another default-deny', async () => {
    const told = [
      ['LimitRange/theirs', 'second LimitRange'],
      ['ResourceQuota/theirs', 'limits pods as well'],
      ['NetworkPolicy/default-deny', 'Kyverno (add-default-deny)'],
    ] as const;
    for (const [id, what] of told) {
      const report = await slotReport(cluster, 'strangers', id);
      expect(report, id).to.include({ state: 'Competing', reason: 'Competes' });
      expect(report.message, id).to.include(what);
    }
  });

  it('keeps nothing else in the namespace from being written', async () => {
    await cluster.admin.read(slot('strangers', 'LimitRange/parapet-limits'));
    expect(await slotReport(cluster, 'strangers', 'LimitRange/parapet-limits')).to.include({ state: 'OK' });
  });

  it("degrades the policy, which stays ready: a tenant's doing fails nobody's GitOps", async () => {
    const { status } = await cluster.admin.read(policy('strangers'));
    expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded' });
    expect(conditionsOf(status)['Degraded']).to.match(/^True\//);
    expect(messageOf(status, 'Degraded')).to.include('strangers');
    expect(status.namespaces).to.include({ matched: 1, compliant: 0, drifted: 1 });
  });

  it('is still not ours after its owner changes it', async () => {
    const quota = slot('strangers', 'ResourceQuota/parapet-compute');
    await cluster.admin.edit(quota, { spec: { hard: { pods: 4 } } });
    // A repair in the same namespace shows that the edit before it has been looked at.
    await cluster.admin.delete(slot('strangers', 'LimitRange/parapet-limits'));
    await eventually('the limits are back', () => cluster.admin.read(slot('strangers', 'LimitRange/parapet-limits')));
    expect((await cluster.admin.read(quota))['spec']).to.deep.equal({ hard: { pods: '4' } });
  });

  it('makes room for ours when its owner deletes it', async () => {
    const beside = await besideOurs();
    for (const id of [...foreign, ...competitors]) await cluster.admin.delete(slot('strangers', id));
    const status = await reconciled(cluster, 'strangers', '1/1');
    expect(conditionsOf(status)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
    const { recentRepairs = [] } = await cluster.admin.read(posture('strangers'));
    expect(recentRepairs.map((repair) => `${repair.kind} ${repair.slot}`)).to.deep.equal([
      `Unwanted ${beside}`,
      'Missing LimitRange/parapet-limits',
      `Modified ${beside}`,
    ]);
  });
});

describe("A stranger's object that a policy adopts", function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('adoption');
    await cluster.applyFixture('adoption-policy');
    await reconciled(cluster, 'adoption', '1/1');
  });

  it('becomes ours, and keeps what others put into its metadata', async () => {
    const { spec, metadata } = await cluster.admin.read(slot('adoption', 'NetworkPolicy/parapet-default-deny'));
    expect(spec).to.deep.equal({ podSelector: {}, policyTypes: ['Egress', 'Ingress'] });
    expect(metadata.labels).to.include({
      'parapet.dev/slot': 'parapet-default-deny',
      'kustomize.toolkit.fluxcd.io/name': 'apps',
    });
    expect(metadata.annotations).to.include({ team: 'payments', 'parapet.dev/policies': 'adoption' });
  });

  it('is created anew where the API server allows no change, with the same metadata', async () => {
    const { spec, metadata } = await cluster.admin.read(slot('adoption', 'ResourceQuota/parapet-compute'));
    expect(spec).to.deep.equal({ hard: { pods: '10' } });
    expect(metadata.labels).to.include({ team: 'payments' });
  });

  it('is told as a repair of kind Foreign', async () => {
    const { recentRepairs = [] } = await cluster.admin.read(posture('adoption'));
    expect(recentRepairs.map((repair) => repair.kind)).to.deep.equal(['Foreign', 'Foreign']);
  });
});
