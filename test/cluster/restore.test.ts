import { expect } from 'chai';
import type { KubeObject, ObjectMeta } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const SLOTS = [
  'NetworkPolicy/parapet-default-deny',
  'NetworkPolicy/parapet-allow-dns',
  'ResourceQuota/parapet-compute',
];

/** As backup tools write it back: everything but what belongs to the object that is gone. */
function backedUp(object: KubeObject): KubeObject {
  const { uid, resourceVersion, creationTimestamp, managedFields, finalizers, ...kept } = object.metadata;
  void [uid, resourceVersion, creationTimestamp, managedFields, finalizers];
  const { status, ...rest } = object;
  void status;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: kept as ObjectMeta };
}

describe('A backup that is restored', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let backup: readonly KubeObject[];
  let restored: readonly string[];

  const uids = async (): Promise<readonly string[]> => {
    const objects = await Promise.all(SLOTS.map((id) => cluster.admin.read(slot('restore', id))));
    return objects.map(({ metadata }) => metadata.uid ?? '');
  };

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('restore');
    await reconciled(cluster, 'restore', '1/1');
    const refs = [
      namespace('restore'),
      posture('restore'),
      ...SLOTS.map((id) => slot('restore', id)),
      policy('restore'),
    ];
    backup = (await Promise.all(refs.map((ref) => cluster.admin.read(ref as (typeof refs)[0])))).map(backedUp);
    // The disaster: the policy first, so that nothing is written back while the namespace goes.
    await cluster.admin.edit(policy('restore'), { spec: { deletionPolicy: 'Orphan' } });
    await cluster.admin.delete(policy('restore'));
    await cluster.admin.delete(namespace('restore'));
    await eventually('all is gone', async () => {
      expect([await cluster.admin.get(namespace('restore')), await cluster.admin.get(policy('restore'))]).to.deep.equal(
        [undefined, undefined],
      );
    });
    // Children before the policy, as tools that restore by namespace do.
    for (const object of backup.slice(0, -1)) await cluster.admin.create(object);
    restored = await uids();
  });

  it('keeps what comes back before its policy, and reports it as left behind', async () => {
    for (const id of SLOTS) {
      await eventually(`${id} is reported`, async () => {
        expect(await slotReport(cluster, 'restore', id)).to.include({ state: 'Orphaned' });
      });
    }
    expect(await uids()).to.deep.equal(restored);
  });

  it('is ours again once the policy is back: nothing was deleted, nothing is Foreign', async () => {
    await cluster.admin.create(backup.at(-1) as KubeObject);
    await reconciled(cluster, 'restore', '1/1');
    expect(await uids()).to.deep.equal(restored);
    for (const id of SLOTS) expect(await slotReport(cluster, 'restore', id), id).to.include({ state: 'OK' });
  });
});
