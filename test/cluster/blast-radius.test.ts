import { expect } from 'chai';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const namespaces = Array.from({ length: 20 }, (_, index) => `blast-radius-${index}`);
const slots = [
  'NetworkPolicy/parapet-allow-dns',
  'NetworkPolicy/parapet-default-deny',
  'ResourceQuota/parapet-compute',
];

describe('A slip of the pen', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    for (const name of namespaces) {
      const metadata = { name, labels: { suite: 'blast-radius' } };
      await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    }
    await cluster.applyFixture('blast-radius');
    await reconciled(cluster, 'blast-radius', '20/20');
  });

  /** Deletes that the operator sent while `action` took effect, reports aside. */
  async function deletesDuring(action: () => Promise<unknown>): Promise<readonly string[]> {
    const requests = await cluster.operatorRequests();
    await action();
    return (await requests())
      .filter(({ verb, objectRef }) => verb.startsWith('delete') && objectRef?.resource !== 'namespacepostures')
      .map(({ requestURI }) => requestURI);
  }

  async function orphanedEverywhere(): Promise<void> {
    await eventually('every object is reported as orphaned', async () => {
      for (const name of namespaces) {
        const { slots: reported } = await cluster.admin.read(posture(name));
        expect(reported.map(({ slot: id, state }) => `${id} ${state}`)).to.deep.equal(
          slots.map((s) => `${s} Orphaned`),
        );
      }
    });
  }

  it('in a selector deletes nothing in the namespaces it no longer selects', async () => {
    const typo = { spec: { namespaceSelector: { matchLabels: { suite: 'blast-radios' } } } };
    const deletes = await deletesDuring(async () => {
      await cluster.admin.edit(policy('blast-radius'), typo);
      await orphanedEverywhere();
      const status = await reconciled(cluster, 'blast-radius', '0/0');
      expect(conditionsOf(status)).to.include({ Ready: 'True/NoNamespaces' });
    });
    expect(deletes).to.deep.equal([]);
  });

  it('is made good by the selector as it was, without a write to any object', async () => {
    const requests = await cluster.operatorRequests();
    const selector = { spec: { namespaceSelector: { matchLabels: { suite: 'blast-radius' } } } };
    await cluster.admin.edit(policy('blast-radius'), selector);
    await reconciled(cluster, 'blast-radius', '20/20');
    const touched = (await requests()).filter(({ objectRef }) =>
      ['networkpolicies', 'resourcequotas'].includes(objectRef?.resource ?? ''),
    );
    expect(touched.map(({ requestURI }) => requestURI)).to.deep.equal([]);
  });

  it('in an excludeNames that means all deletes nothing', async () => {
    const deletes = await deletesDuring(async () => {
      await cluster.admin.edit(policy('blast-radius'), { spec: { excludeNames: ['*'] } });
      await orphanedEverywhere();
      await cluster.admin.edit(policy('blast-radius'), { spec: { excludeNames: null } });
      await reconciled(cluster, 'blast-radius', '20/20');
    });
    expect(deletes).to.deep.equal([]);
  });

  it('does not matter where a policy is renamed: the new one takes over what is there, and nothing is deleted', async () => {
    const { spec, apiVersion, kind } = await cluster.admin.read(policy('blast-radius'));
    const before = await Promise.all(namespaces.map((name) => uids(name)));
    const deletes = await deletesDuring(async () => {
      await cluster.admin.delete(policy('blast-radius'));
      await orphanedEverywhere();
      await cluster.admin.create({ apiVersion, kind, metadata: { name: 'blast-radius-2' }, spec });
      await reconciled(cluster, 'blast-radius-2', '20/20');
    });
    expect(deletes).to.deep.equal([]);
    expect(await Promise.all(namespaces.map((name) => uids(name)))).to.deep.equal(before);
    const report = await slotReport(cluster, 'blast-radius-0', 'ResourceQuota/parapet-compute');
    expect(report).to.deep.include({ state: 'OK', policies: ['blast-radius-2'] });
  });

  it('never reaches a protected namespace', async () => {
    await cluster.admin.edit(namespace('kube-public'), { metadata: { labels: { suite: 'blast-radius' } } });
    await cluster.admin.edit(namespace('parapet-system'), { metadata: { labels: { suite: 'blast-radius' } } });
    // A namespace created afterwards is a sign that the labels have been seen.
    const metadata = { name: 'blast-radius-last', labels: { suite: 'blast-radius' } };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    await reconciled(cluster, 'blast-radius-2', '21/21');
    for (const name of ['kube-public', 'parapet-system']) {
      expect(await cluster.admin.get(slot(name, 'NetworkPolicy/parapet-default-deny')), name).to.equal(undefined);
    }
  });

  async function uids(name: string): Promise<readonly unknown[]> {
    return Promise.all(slots.map(async (id) => (await cluster.admin.read(slot(name, id))).metadata.uid));
  }
});
