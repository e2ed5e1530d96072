import { expect } from 'chai';
import type { PostureSlot } from '../../src/api/posture.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const NAMESPACE = 'tightening';
const QUOTA = 'ResourceQuota/parapet-compute';
const podA = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'a' };
const pods = ['a', 'b', 'c'].map((name) => ({ ...podA, name }));

describe('An edit that running workloads would violate', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('tightening');
    await reconciled(cluster, 'tightening', '1/1');
    await eventually('the namespace takes pods', () =>
      cluster.admin.read({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: NAMESPACE, name: 'default' }),
    );
    for (const { namespace, name, ...kind } of pods) {
      await cluster.admin.create({
        ...kind,
        metadata: { namespace, name },
        spec: { containers: [{ name: 'c', image: 'c' }] },
      });
    }
    await eventually('the quota counts them', async () => {
      const { status } = await cluster.admin.read(slot(NAMESPACE, QUOTA));
      expect(status).to.deep.include({ used: { pods: '3' } });
    });
  });

  /** Looks again: something in the namespace changed. */
  async function poke(): Promise<void> {
    const labels = { suite: NAMESPACE, poked: String(performance.now()) };
    await cluster.admin.edit({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACE }, { metadata: { labels } });
  }

  async function ask(hard: object, more: object = {}): Promise<void> {
    await cluster.admin.edit(policy('tightening'), { spec: { resourceQuotas: [{ name: 'compute', hard }], ...more } });
  }

  async function held(reason: string): Promise<PostureSlot> {
    return eventually('the edit is held', async () => {
      const report = await slotReport(cluster, NAMESPACE, QUOTA);
      expect(report).to.include({ state: 'Held', reason });
      return report;
    });
  }

  async function hardBecomes(hard: object): Promise<void> {
    await eventually(`the quota is ${JSON.stringify(hard)}`, async () => {
      const { spec } = await cluster.admin.read(slot(NAMESPACE, QUOTA));
      expect(spec).to.deep.equal({ hard });
    });
  }

  it('waits: a quota below what is used', async () => {
    await ask({ pods: 2 });
    const report = await held('QuotaBelowUse');
    expect(report.message).to.include('pods 3 of 2');
    expect(report.applied).to.equal('{"spec":{"hard":{"pods":"10"}}}');
    await hardBecomes({ pods: '10' });
  });

  it('degrades the policy, which stays ready, and counts the namespace as held', async () => {
    const status = await reconciled(cluster, 'tightening', '0/1');
    expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Degraded: 'True/QuotaBelowUse' });
    expect(messageOf(status, 'Degraded')).to.include('pods 3 of 2');
    expect(status.namespaces).to.include({ held: 1, drifted: 0 });
    expect((await cluster.admin.read(posture(NAMESPACE))).summary).to.include({ state: 'Held', held: 1 });
  });

  it('is no way out: who raises or deletes the quota is put back to what was last written', async () => {
    await cluster.admin.edit(slot(NAMESPACE, QUOTA), { spec: { hard: { pods: '1000' } } });
    await hardBecomes({ pods: '10' });
    await cluster.admin.delete(slot(NAMESPACE, QUOTA));
    await eventually('it is there again', () => cluster.admin.read(slot(NAMESPACE, QUOTA)));
    await hardBecomes({ pods: '10' });
    await held('QuotaBelowUse');
    // The report follows the repair, and reads Held before it as well.
    await eventually('both repairs are told', async () => {
      const { recentRepairs = [] } = await cluster.admin.read(posture(NAMESPACE));
      expect(recentRepairs.map(({ kind }) => kind)).to.deep.equal(['Missing', 'Modified']);
    });
  });

  it('is applied once nothing speaks against it', async () => {
    await cluster.admin.delete(podA);
    await eventually('the quota counts two', async () => {
      const { status } = await cluster.admin.read(slot(NAMESPACE, QUOTA));
      expect(status).to.deep.include({ used: { pods: '2' } });
    });
    await poke();
    await hardBecomes({ pods: '2' });
    await reconciled(cluster, 'tightening', '1/1');
    expect(await slotReport(cluster, NAMESPACE, QUOTA))
      .to.include({ state: 'OK' })
      .and.not.have.property('applied');
  });

  it('waits where pods do not state what the quota would demand, and names them', async () => {
    await ask({ pods: 2, 'requests.cpu': 4 });
    expect((await held('RequestsMissing')).message).to.include('2 pods (b, c) without requests.cpu');
  });

  it('is applied together with a LimitRange that gives a default', async () => {
    await ask(
      { pods: 2, 'requests.cpu': 4 },
      { limitRange: { limits: [{ type: 'Container', defaultRequest: { cpu: '1' } }] } },
    );
    await hardBecomes({ pods: '2', 'requests.cpu': '4' });
  });

  it('is applied at once where the policy says so', async () => {
    await ask({ pods: 1 }, { tightening: 'Apply' });
    await hardBecomes({ pods: '1' });
  });

  it('costs many empty namespaces one list of metadata, not one each', async () => {
    const suite = 'tightening-many';
    await Promise.all(Array.from({ length: 40 }, () => cluster.createNamespace({ suite })));
    const requests = await cluster.operatorRequests();
    await cluster.admin.create({
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: { name: suite },
      spec: {
        mode: 'Enforce',
        namespaceSelector: { matchLabels: { suite } },
        resourceQuotas: [{ name: 'compute', hard: { 'requests.cpu': 4 } }],
      },
    });
    await reconciled(cluster, suite, '40/40');
    const looks = (await requests()).filter(({ objectRef }) => objectRef?.resource === 'pods');
    expect(looks).to.have.length.within(1, 20);
  });
});
