import { expect } from 'chai';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import { wholeKinds } from '../../src/slots/object-kinds.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';

describe('A namespace that leaves the selection of a policy with deletionPolicy Delete', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('leaving');
  });
  after(async () => {
    for (const name of ['leaving', 'leaving-beside']) await cluster.admin.delete(policy(name));
  });

  async function selected(...labels: readonly string[]): Promise<string> {
    const name = await cluster.createNamespace({
      suite: 'leaving',
      posture: 'full',
      ...Object.fromEntries(labels.map((label) => [label, 'true'])),
    });
    await compliant(name);
    return name;
  }

  async function compliant(name: string): Promise<void> {
    await eventually('it is compliant', async () => {
      expect((await cluster.admin.read(posture(name))).summary).to.include({ state: 'Compliant' });
      await cluster.admin.read(slot(name, DENY));
    });
  }

  /** Takes the label away that `leaving` selects by. */
  async function leave(name: string): Promise<void> {
    await cluster.admin.edit(namespace(name), { metadata: { labels: { posture: null } } });
  }

  /** `Kind/name` of all that slots are made of, whoever wrote it. */
  async function objectsIn(name: string): Promise<readonly string[]> {
    const lists = wholeKinds.map(({ resource }) =>
      cluster.admin.list({ apiVersion: apiVersionOf(resource), kind: resource.kind, namespace: name }),
    );
    return (await Promise.all(lists)).flat().map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  }

  it('loses all that the policy alone holds, and its report; what others put there stays', async () => {
    const name = await selected();
    const theirs = { name: 'team-quota', namespace: name };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: theirs, spec: {} });
    const [network, rbac] = ['networking.k8s.io/v1', 'rbac.authorization.k8s.io/v1'];
    const policies = await cluster.admin.watch({ apiVersion: network, kind: 'NetworkPolicy', namespace: name });
    const bindings = await cluster.admin.watch({ apiVersion: rbac, kind: 'RoleBinding', namespace: name });
    const roles = await cluster.admin.watch({ apiVersion: rbac, kind: 'Role', namespace: name });

    await leave(name);
    await eventually('only the stranger is left', async () => {
      expect(await objectsIn(name)).to.deep.equal(['ResourceQuota/team-quota']);
      expect(await cluster.admin.get(posture(name))).to.equal(undefined);
    });
    await eventually('the witnesses saw it go in order', () => {
      expect(policies.log(name)).to.deep.equal(['DELETED parapet-default-deny', 'DELETED parapet-allow-dns']);
      const [binding, role] = [bindings.seen[0], roles.seen[0]];
      expect(Number(binding?.object.metadata.resourceVersion)).to.be.below(
        Number(role?.object.metadata.resourceVersion),
      );
    });
    for (const witness of [policies, bindings, roles]) witness.close();
  });

  it('keeps a direction closed that another policy closes, in the same object', async () => {
    const name = await selected('beside');
    const { uid } = (await cluster.admin.read(slot(name, DENY))).metadata;
    await leave(name);
    await eventually('only what the other asks for is left', async () => {
      expect(await objectsIn(name)).to.deep.equal([DENY]);
      expect(await slotReport(cluster, name, DENY)).to.deep.include({ state: 'OK', policies: ['leaving-beside'] });
    });
    const { metadata, spec } = await cluster.admin.read(slot(name, DENY));
    expect({ uid: metadata.uid, spec }).to.deep.equal({ uid, spec: { podSelector: {}, policyTypes: ['Ingress'] } });
  });

  it('keeps an object whose removal somebody prevents, and says so, until they do no more', async () => {
    const name = await selected();
    const quota = slot(name, 'ResourceQuota/parapet-compute');
    await cluster.admin.edit(quota, { metadata: { finalizers: ['example.org/wait'] } });
    await compliant(name);
    await leave(name);
    await eventually('it is told', async () => {
      const report = await slotReport(cluster, name, 'ResourceQuota/parapet-compute');
      expect(report).to.include({ state: 'Blocked', reason: 'HeldByFinalizer' });
      expect(report.message).to.include('example.org/wait');
    });
    expect(await objectsIn(name)).to.deep.equal(['ResourceQuota/parapet-compute']);
    await cluster.admin.edit(quota, { metadata: { finalizers: null } });
    await eventually('nothing is left', async () => {
      expect(await objectsIn(name)).to.deep.equal([]);
      expect(await cluster.admin.get(posture(name))).to.equal(undefined);
    });
  });

  it('by an edit of the policy loses what it held as well', async () => {
    const name = await selected();
    await cluster.admin.edit(policy('leaving'), { spec: { excludeNames: [name] } });
    await eventually('nothing is left', async () => expect(await objectsIn(name)).to.deep.equal([]));
    await cluster.admin.edit(policy('leaving'), { spec: { excludeNames: null } });
    await compliant(name);
  });

  it('keeps everything, as Orphaned, while the policy says Orphan, until it says Delete', async () => {
    await cluster.admin.edit(policy('leaving'), { spec: { deletionPolicy: 'Orphan' } });
    const name = await selected();
    await leave(name);
    await eventually('all is Orphaned', async () => {
      const { slots } = await cluster.admin.read(posture(name));
      expect(new Set(slots.map(({ state }) => state))).to.deep.equal(new Set(['Orphaned']));
    });
    await cluster.admin.edit(policy('leaving'), { spec: { deletionPolicy: 'Delete' } });
    await eventually('nothing is left', async () => expect(await objectsIn(name)).to.deep.equal([]));
  });
});
