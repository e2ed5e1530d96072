import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, posture, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const objects = [
  'NetworkPolicy/parapet-allow-dns',
  'NetworkPolicy/parapet-default-deny',
  'Role/parapet-on-call',
  'RoleBinding/parapet-on-call',
];

describe('A namespace', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    await cluster.applyFixture('namespaces');
    await reconciled(cluster, 'namespaces', '0/0');
  });

  async function create(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }

  async function states(name: string): Promise<readonly string[]> {
    return (await cluster.admin.read(posture(name))).slots.map((entry) => `${entry.slot} ${entry.state}`);
  }

  it('is protected as soon as it is created, its allows before its default-deny', async () => {
    const witness = await cluster.admin.watch({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' });
    await create('namespaces-new', { suite: 'namespaces' });
    await eventually('it is compliant', async () => {
      expect((await cluster.admin.read(posture('namespaces-new'))).summary.state).to.equal('Compliant');
    });
    await eventually('the witness has seen both', () => {
      expect(witness.log('namespaces-new')).to.deep.equal(['ADDED parapet-allow-dns', 'ADDED parapet-default-deny']);
    });
    witness.close();
    await reconciled(cluster, 'namespaces', '1/1');
  });

  it('is left alone while its labels do not match, and protected once they do', async () => {
    await create('namespaces-moving', { suite: 'elsewhere' });
    await create('namespaces-beside', { suite: 'namespaces' });
    await reconciled(cluster, 'namespaces', '2/2');
    expect(await cluster.admin.get(posture('namespaces-moving'))).to.equal(undefined);
    for (const id of objects) expect(await cluster.admin.get(slot('namespaces-moving', id)), id).to.equal(undefined);

    await cluster.admin.edit(namespace('namespaces-moving'), { metadata: { labels: { suite: 'namespaces' } } });
    await reconciled(cluster, 'namespaces', '3/3');
    for (const id of objects) await cluster.admin.read(slot('namespaces-moving', id));
  });

  it('that is relabelled out keeps what it got, reported as orphaned and no longer repaired', async () => {
    await cluster.admin.edit(namespace('namespaces-moving'), { metadata: { labels: { suite: null } } });
    await eventually('its objects are orphaned', async () => {
      expect(await states('namespaces-moving')).to.deep.equal(objects.map((id) => `${id} Orphaned`));
    });
    await reconciled(cluster, 'namespaces', '2/2');
    await cluster.admin.delete(slot('namespaces-moving', 'RoleBinding/parapet-on-call'));
    await eventually('what its owner deleted is gone from the report', async () => {
      expect(await states('namespaces-moving')).not.to.include('RoleBinding/parapet-on-call Orphaned');
    });
    expect(await cluster.admin.get(slot('namespaces-moving', 'RoleBinding/parapet-on-call'))).to.equal(undefined);
  });

  it('that comes back gets again what was deleted meanwhile, and keeps the rest', async () => {
    const deny = slot('namespaces-moving', 'NetworkPolicy/parapet-default-deny');
    const { uid } = (await cluster.admin.read(deny)).metadata;
    await cluster.admin.edit(namespace('namespaces-moving'), { metadata: { labels: { suite: 'namespaces' } } });
    await reconciled(cluster, 'namespaces', '3/3');
    expect(await states('namespaces-moving')).to.deep.equal(objects.map((id) => `${id} OK`));
    expect((await cluster.admin.read(deny)).metadata.uid).to.equal(uid);
  });

  it('that is deleted goes away without a complaint, and is no longer counted', async () => {
    const complaints = (): readonly unknown[] =>
      operator.logs.filter(({ level, namespace: name }) => level !== 'info' && name === 'namespaces-new');
    const repairs = (): Promise<number> => operator.metric('parapet_drift_repaired_total', { policy: 'namespaces' });
    const [before, repaired] = [complaints().length, await repairs()];
    await cluster.admin.delete(namespace('namespaces-new'));
    await eventually(
      'it is gone',
      async () => {
        expect(await cluster.admin.get(namespace('namespaces-new'))).to.equal(undefined);
      },
      30_000,
    );
    const status = await reconciled(cluster, 'namespaces', '2/2');
    expect(status.worst ?? []).to.be.empty;
    expect(complaints().slice(before)).to.deep.equal([]);
    expect(operator.logs.filter(({ level }) => level === 'error' || level === 'stderr')).to.deep.equal([]);
    expect(await repairs()).to.equal(repaired);
  });

  it('that is created anew under its old name is protected like any other', async () => {
    await create('namespaces-new', { suite: 'namespaces' });
    await reconciled(cluster, 'namespaces', '3/3');
    for (const id of objects) await cluster.admin.read(slot('namespaces-new', id));
    const { recentRepairs = [] } = await cluster.admin.read(posture('namespaces-new'));
    expect(recentRepairs).to.deep.equal([]);
  });
});
