import { expect } from 'chai';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { policy, posture, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';
import type { Witness } from './harness/witness.ts';

const NETWORK = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'editing' };
const RBAC = 'rbac.authorization.k8s.io/v1';

describe("A policy's edit", function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let network: Witness;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('editing');
    await reconciled(cluster, 'editing', '1/1');
    network = await cluster.admin.watch(NETWORK);
  });
  after(() => network.close());

  async function edit(spec: object): Promise<void> {
    network.seen.length = 0;
    await cluster.admin.edit(policy('editing'), { spec });
    await reconciled(cluster, 'editing', '1/1');
  }

  it('reaches the objects without a repair being reported', async () => {
    await edit({ resourceQuotas: [{ name: 'compute', hard: { pods: 20, 'requests.cpu': 4 } }] });
    const quota = await cluster.admin.read(slot('editing', 'ResourceQuota/parapet-compute'));
    expect(quota['spec']).to.deep.equal({ hard: { pods: '20', 'requests.cpu': '4' } });
    const { recentRepairs = [] } = await cluster.admin.read(posture('editing'));
    expect(recentRepairs).to.deep.equal([]);
  });

  it('that changes what is immutable recreates the quota', async () => {
    const quota = slot('editing', 'ResourceQuota/parapet-compute');
    const { uid } = (await cluster.admin.read(quota)).metadata;
    await edit({ resourceQuotas: [{ name: 'compute', hard: { pods: 20 }, scopes: ['NotTerminating'] }] });
    const { metadata, spec } = await cluster.admin.read(quota);
    expect(spec).to.deep.equal({ hard: { pods: '20' }, scopes: ['NotTerminating'] });
    expect(metadata.uid).not.to.equal(uid);
  });

  it('that drops an allow removes it, and the default-deny is there all the time', async () => {
    await edit({ networkPolicy: { allow: ['DNS'] } });
    await eventually('the witness saw the removal', () => {
      expect(network.log('editing')).to.include('DELETED parapet-allow-same-namespace');
    });
    expect(network.log('editing')).not.to.include('DELETED parapet-default-deny');
    const report = await cluster.admin.read(posture('editing'));
    expect(report.slots.map((entry) => entry.slot)).not.to.include('NetworkPolicy/parapet-allow-same-namespace');
  });

  it('that drops a further policy removes that one alone', async () => {
    await edit({ networkPolicy: { policies: null } });
    await eventually('the witness saw the removal', () => {
      expect(network.log('editing').filter((line) => line.startsWith('DELETED'))).to.deep.equal([
        'DELETED parapet-policy-web',
      ]);
    });
  });

  it('that opens one direction patches the default-deny in place', async () => {
    const deny = slot('editing', 'NetworkPolicy/parapet-default-deny');
    const { uid } = (await cluster.admin.read(deny)).metadata;
    await edit({ networkPolicy: { defaultDeny: ['Ingress'] } });
    const { metadata, spec } = await cluster.admin.read(deny);
    expect(spec).to.deep.equal({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(metadata.uid).to.equal(uid);
    // An Egress allow would close what the policy has just opened.
    expect(await cluster.admin.get(slot('editing', 'NetworkPolicy/parapet-allow-dns'))).to.equal(undefined);
    await eventually('the witness saw both', () => {
      expect(network.log('editing')).to.deep.equal(['MODIFIED parapet-default-deny', 'DELETED parapet-allow-dns']);
    });
  });

  it('that closes it again writes the allow before the default-deny', async () => {
    await edit({ networkPolicy: { defaultDeny: ['Ingress', 'Egress'] } });
    await eventually('the witness saw both', () => {
      expect(network.log('editing')).to.deep.equal(['ADDED parapet-allow-dns', 'MODIFIED parapet-default-deny']);
    });
  });

  it('that drops the network block removes the default-deny first and its allows after it', async () => {
    await edit({ networkPolicy: null });
    await eventually('the witness saw both', () => {
      expect(network.log('editing')).to.deep.equal(['DELETED parapet-default-deny', 'DELETED parapet-allow-dns']);
    });
  });

  it('that drops a role removes the binding before the Role', async () => {
    const roles = await cluster.admin.watch({ apiVersion: RBAC, kind: 'Role', namespace: 'editing' });
    const bindings = await cluster.admin.watch({ apiVersion: RBAC, kind: 'RoleBinding', namespace: 'editing' });
    await edit({ roles: null });
    const [role, binding] = await eventually('both witnesses saw it', () => {
      expect(roles.log('editing')).to.deep.equal(['DELETED parapet-on-call']);
      expect(bindings.log('editing')).to.deep.equal(['DELETED parapet-on-call']);
      return [roles.seen[0], bindings.seen[0]];
    });
    for (const witness of [roles, bindings]) witness.close();
    // The version of a deleted object as a watch tells it is that of its deletion.
    expect(Number(binding?.object.metadata.resourceVersion)).to.be.below(Number(role?.object.metadata.resourceVersion));
  });

  it('that drops everything else leaves no object and an empty report', async () => {
    await edit({ resourceQuotas: null, limitRange: null });
    await eventually('nothing is left', async () => {
      expect((await cluster.admin.read(posture('editing'))).slots).to.be.empty;
    });
    expect(await cluster.admin.get(slot('editing', 'LimitRange/parapet-limits'))).to.equal(undefined);
  });
});
