import { expect } from 'chai';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DEVELOPERS = 'RoleBinding/parapet-developers';
const VIEWERS = 'RoleBinding/parapet-viewers';

interface Binding extends KubeObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
}

describe('One policy for many teams', function () {
  this.timeout(90_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('roles');
    await reconciled(cluster, 'roles-teams', '2/3');
  });

  async function boundIn(inNamespace: string, id = DEVELOPERS): Promise<readonly string[]> {
    const binding = (await cluster.admin.read(slot(inNamespace, id))) as Binding;
    return binding.subjects.map(({ kind, name }) => `${kind} ${name}`);
  }

  async function label(inNamespace: string, team: string | null): Promise<void> {
    await cluster.admin.edit(namespace(inNamespace), { metadata: { labels: { team } } });
  }

  async function mayList(group: string, inNamespace: string): Promise<boolean> {
    const as = ['--as=somebody', `--as-group=${group}`, '-n', inNamespace];
    const answer = await cluster.kubectl(['auth', 'can-i', 'list', 'pods', ...as]).catch(() => 'no');
    return answer.trim() === 'yes';
  }

  it('binds the group that each namespace’s label names', async () => {
    expect(await boundIn('roles-payments')).to.deep.equal(['Group oidc:payments:developers']);
    expect(await boundIn('roles-search')).to.deep.equal(['Group oidc:search:developers']);
    expect(await mayList('oidc:search:developers', 'roles-search')).to.equal(true);
    expect(await mayList('oidc:search:developers', 'roles-payments')).to.equal(false);
  });

  it('binds a ClusterRole that Parapet may bind, in every namespace to its own group, and makes no Role', async () => {
    for (const name of ['roles-payments', 'roles-search', 'roles-unlabelled']) {
      expect(await boundIn(name, VIEWERS)).to.deep.equal([`Group viewers-of-${name}`]);
      expect(((await cluster.admin.read(slot(name, VIEWERS))) as Binding).roleRef).to.include({ name: 'view' });
      expect(await cluster.admin.get(slot(name, 'Role/parapet-viewers'))).to.equal(undefined);
    }
    expect(await mayList('viewers-of-roles-payments', 'roles-payments')).to.equal(true);
    expect(await mayList('viewers-of-roles-payments', 'roles-search')).to.equal(false);
  });

  it('binds nobody where the label is missing: that degrades the policy and does not stall it', async () => {
    expect(await cluster.admin.get(slot('roles-unlabelled', DEVELOPERS))).to.equal(undefined);
    expect(await slotReport(cluster, 'roles-unlabelled', DEVELOPERS)).to.include({
      state: 'Blocked',
      reason: 'LabelMissing',
    });
    const { status } = await cluster.admin.read(policy('roles-teams'));
    expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Degraded: 'True/LabelMissing' });
    expect(conditionsOf(status)).not.to.have.property('Stalled');
    expect(messageOf(status, 'Degraded')).to.include('kubectl label namespace roles-unlabelled team=');
  });

  it('follows the label: another group, none, and the new one, without calling any of it a repair', async () => {
    await label('roles-payments', 'billing');
    await eventually('the new group is bound', async () => {
      expect(await boundIn('roles-payments')).to.deep.equal(['Group oidc:billing:developers']);
    });
    await label('roles-payments', null);
    await eventually('nobody is bound', async () => {
      expect(await cluster.admin.get(slot('roles-payments', DEVELOPERS))).to.equal(undefined);
      expect(await slotReport(cluster, 'roles-payments', DEVELOPERS)).to.include({ reason: 'LabelMissing' });
    });
    await label('roles-payments', 'payments');
    await eventually('the old group is bound again', async () => {
      expect(await boundIn('roles-payments')).to.deep.equal(['Group oidc:payments:developers']);
      expect(await slotReport(cluster, 'roles-payments', DEVELOPERS)).to.include({ state: 'OK' });
    });
    expect((await cluster.admin.read(posture('roles-payments'))).recentRepairs).to.deep.equal([]);
  });

  it('puts back what a tenant changes in such a binding', async () => {
    await cluster.admin.edit(slot('roles-search', DEVELOPERS), { subjects: [{ kind: 'User', name: 'mallory' }] });
    await eventually('mallory is out', async () => {
      expect(await boundIn('roles-search')).to.deep.equal(['Group oidc:search:developers']);
    });
  });

  it('binds no group of Kubernetes’ own, whatever the label says', async () => {
    await eventually('it is reported', async () => {
      const report = await slotReport(cluster, 'roles-mallory', DEVELOPERS);
      expect(report).to.include({ state: 'Blocked', reason: 'LabelForbidden' });
      expect(report.message).to.include('system:masters');
    });
    expect(await cluster.admin.get(slot('roles-mallory', DEVELOPERS))).to.equal(undefined);
    await label('roles-mallory', 'leuth');
    await eventually('another label is bound', async () => {
      expect(await boundIn('roles-mallory')).to.deep.equal(['Group sleuth:masters']);
    });
  });

  it('binds nothing to the operator itself, and stalls the policy that asks for it', async () => {
    const { status } = await eventually('it is stalled', async () => {
      const stalled = await cluster.admin.read(policy('roles-own'));
      expect(conditionsOf(stalled.status)).to.include({ Ready: 'False/BindsOperator', Stalled: 'True/BindsOperator' });
      return stalled;
    });
    expect(messageOf(status, 'Stalled')).to.include('subjects[0]').and.to.include('parapet-system:parapet');
    expect(await boundIn('roles-own', VIEWERS)).to.deep.equal(['Group on-call']);
  });

  it('changes from own rules to a ClusterRole and back', async () => {
    const id = slot('roles-search', 'Role/parapet-developers');
    const { spec } = await cluster.admin.read(policy('roles-teams'));
    const [developers, viewers] = spec['roles'] as readonly Readonly<Record<string, unknown>>[];
    const { rules, ...rest } = developers ?? {};
    await cluster.admin.edit(policy('roles-teams'), { spec: { roles: [{ ...rest, clusterRole: 'view' }, viewers] } });
    await eventually('the ClusterRole is bound and the Role gone', async () => {
      expect(((await cluster.admin.read(slot('roles-search', DEVELOPERS))) as Binding).roleRef).to.include({
        kind: 'ClusterRole',
        name: 'view',
      });
      expect(await cluster.admin.get(id)).to.equal(undefined);
    });
    await cluster.admin.edit(policy('roles-teams'), { spec: { roles: [{ ...rest, rules }, viewers] } });
    await eventually('the Role is back', async () => {
      await cluster.admin.read(id);
      expect(((await cluster.admin.read(slot('roles-search', DEVELOPERS))) as Binding).roleRef).to.include({
        kind: 'Role',
        name: 'parapet-developers',
      });
    });
  });
});
