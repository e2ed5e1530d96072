import { expect } from 'chai';
import { sharedCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { policy, posture, slot } from './harness/refs.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const namespaces = ['convergence-a', 'convergence-b'];

/** Every object that fixtures/convergence.yaml asks for. */
const slots = [
  'LimitRange/parapet-limits',
  'NetworkPolicy/parapet-allow-dns',
  'NetworkPolicy/parapet-allow-kubernetes-api',
  'NetworkPolicy/parapet-allow-same-namespace',
  'NetworkPolicy/parapet-default-deny',
  'NetworkPolicy/parapet-policy-metrics',
  'ResourceQuota/parapet-batch',
  'ResourceQuota/parapet-compute',
  'Role/parapet-on-call',
  'RoleBinding/parapet-on-call',
];

describe('Convergence', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('convergence');
    await eventually('both namespaces are compliant', async () => {
      const { status } = await cluster.admin.read(policy('convergence'));
      expect(status.namespaces?.summary).to.equal('2/2');
    });
  });

  it('gives each selected namespace every object the policy asks for', async () => {
    for (const namespace of namespaces) {
      for (const name of slots) await cluster.admin.read(slot(namespace, name));
    }
  });

  it('closes both directions for every pod', async () => {
    const { spec } = await cluster.admin.read(slot('convergence-a', 'NetworkPolicy/parapet-default-deny'));
    expect(spec).to.deep.equal({ podSelector: {}, policyTypes: ['Egress', 'Ingress'] });
  });

  it('never writes a generated rule without a peer', async () => {
    for (const preset of ['dns', 'same-namespace', 'kubernetes-api']) {
      const live = await cluster.admin.read(slot('convergence-a', `NetworkPolicy/parapet-allow-${preset}`));
      const { ingress = [], egress = [] } = live['spec'] as { ingress?: { from?: [] }[]; egress?: { to?: [] }[] };
      const peers = [...ingress.map(({ from }) => from), ...egress.map(({ to }) => to)];
      expect(peers, preset).not.to.be.empty;
      for (const listed of peers) expect(listed, preset).not.to.be.empty;
    }
  });

  it('marks its objects as its own and copies nothing from the policy', async () => {
    const { metadata } = await cluster.admin.read(slot('convergence-a', 'ResourceQuota/parapet-compute'));
    expect(metadata.labels).to.deep.equal({
      'app.kubernetes.io/managed-by': 'parapet',
      'parapet.dev/slot': 'parapet-compute',
    });
    expect(metadata.annotations).to.deep.equal({ 'parapet.dev/policies': 'convergence' });
    expect(metadata).not.to.have.property('ownerReferences');
  });

  it('reports each object with its uid in the posture', async () => {
    const report = await cluster.admin.read(posture('convergence-a'));
    expect(report.summary).to.deep.equal({
      state: 'Compliant',
      slots: slots.length,
      ok: slots.length,
      drifted: 0,
      blocked: 0,
      held: 0,
      widened: 0,
      exempt: 0,
    });
    expect(report.slots.map((entry) => entry.slot)).to.deep.equal(slots);
    for (const entry of report.slots) {
      const live = await cluster.admin.read(slot('convergence-a', entry.slot));
      expect(entry, entry.slot).to.include({ state: 'OK', uid: live.metadata.uid });
      expect(entry.policies, entry.slot).to.deep.equal(['convergence']);
    }
  });

  it('reports the generation it has reconciled and no drift', async () => {
    const { status, metadata } = await cluster.admin.read(policy('convergence'));
    expect(status.observedGeneration).to.equal(metadata.generation);
    const conditions = Object.fromEntries((status.conditions ?? []).map((c) => [c.type, c.status]));
    expect(conditions).to.deep.equal({ Ready: 'True', Drifted: 'False' });
    expect(status.drift?.open).to.equal(0);
    expect(status.worst ?? []).to.be.empty;
  });

  it('shows a policy and its namespaces in the columns of kubectl get', async () => {
    const policies = (await cluster.kubectl(['get', 'csecpol', 'convergence'])).split('\n');
    expect(policies[0]?.split(/\s{2,}/).map((column) => column.trim())).to.deep.equal([
      'NAME',
      'READY',
      'MODE',
      'NAMESPACES',
      'DRIFTED',
      'BLOCKED',
      'AGE',
    ]);
    expect(policies[1]).to.match(/^convergence\s+True\s+Enforce\s+2\/2\s+0\s+0\s+\d+s/);
    const postures = (await cluster.kubectl(['get', 'nsposture', '-n', 'convergence-a'])).split('\n');
    expect(postures[0]?.split(/\s{2,}/).map((column) => column.trim())).to.deep.equal([
      'NAME',
      'STATE',
      'OK',
      'DRIFTED',
      'BLOCKED',
      'WIDENED',
      'EXEMPT',
      'AGE',
    ]);
    expect(postures[1]).to.match(/^parapet\s+Compliant\s+10\s+0\s+0\s+0\s+0\s+\d+s/);
    const wide = await cluster.kubectl(['get', 'csecpol', 'convergence', '-o', 'wide']);
    expect(wide.split('\n')[0]).to.match(/REASON\s+MESSAGE/);
    const selected = ['get', 'nsposture', '-A', '--field-selector', 'summary.state=Compliant', '-o', 'name'];
    expect(await cluster.kubectl(selected)).to.include('namespaceposture.parapet.dev/parapet');
  });

  it('counts in its metrics what the status says', async () => {
    const operator = await sharedOperator();
    const count = (state: string): Promise<number> =>
      operator.metric('parapet_namespaces', { policy: 'convergence', state });
    expect(await count('matched')).to.equal(2);
    expect(await count('compliant')).to.equal(2);
    expect(await count('drifted')).to.equal(0);
  });
});
