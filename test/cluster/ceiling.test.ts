import { expect } from 'chai';
import { spelled, writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import type { Ref } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const [ROLE, BINDING] = ['Role/parapet-scaler', 'RoleBinding/parapet-scaler'];
const RBAC = 'rbac.authorization.k8s.io/v1';
const GRANTABLE: Ref = { apiVersion: RBAC, kind: 'ClusterRole', name: 'ceiling-grantable' };

describe('A Role beyond what the operator may grant', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let status: PolicyStatus;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('ceiling');
    status = await reconciled(cluster, 'ceiling', '0/1');
  });

  /** What the operator asked for roles in the namespace. */
  function ofRoles(entries: readonly AuditEntry[]): readonly string[] {
    return writesOf(entries)
      .filter(({ objectRef }) => objectRef?.namespace === 'ceiling' && objectRef.resource?.startsWith('role'))
      .map(spelled);
  }

  function taken(): Promise<void> {
    return eventually('both are gone', async () => {
      for (const id of [ROLE, BINDING]) expect(await cluster.admin.get(slot('ceiling', id))).to.equal(undefined);
    });
  }

  it('would be refused by the API server itself', async () => {
    const role = ['create', 'role', 'tried', '--verb=update', '--resource=deployments.apps/scale', '-n', 'ceiling'];
    const refused = await cluster.kubectl([...role, `--as=${OPERATOR_USER}`]).catch((error: unknown) => String(error));
    expect(refused).to.include('attempting to grant RBAC permissions not currently held');
  });

  it('is not even tried: neither Role nor RoleBinding is there', async () => {
    await taken();
    expect(ofRoles(await cluster.auditLog(OPERATOR_USER))).to.deep.equal([
      'create roles ceiling/parapet-viewer',
      'create rolebindings ceiling/parapet-viewer',
    ]);
  });

  it('stalls the policy, which names verb and resource and has a rule to copy', () => {
    const conditions = conditionsOf(status);
    expect(conditions).to.include({ Ready: 'False/BeyondGrantable', Stalled: 'True/BeyondGrantable' });
    expect(conditions).not.to.have.property('Reconciling');
    const message = messageOf(status, 'Stalled');
    expect(message).to.include(ROLE).and.to.include('update deployments.apps/scale');
    expect(message).to.include('parapet.dev/grantable=true').and.to.include('"resources":["deployments/scale"]');
    expect(message.length).to.be.at.most(1024);
  });

  it('is Blocked in the posture, while everything else there is written', async () => {
    expect(await slotReport(cluster, 'ceiling', ROLE)).to.include({ state: 'Blocked', reason: 'BeyondGrantable' });
    expect(await slotReport(cluster, 'ceiling', BINDING)).to.include({ state: 'Blocked', reason: 'BeyondGrantable' });
    for (const id of ['NetworkPolicy/parapet-default-deny', 'Role/parapet-viewer', 'RoleBinding/parapet-viewer']) {
      await cluster.admin.read(slot('ceiling', id));
      expect(await slotReport(cluster, 'ceiling', id), id).to.include({ state: 'OK' });
    }
    expect(status.namespaces).to.include({ matched: 1, blocked: 1 });
  });

  it('keeps no repair in the namespace waiting, and is not asked for again with each of them', async () => {
    const since = await cluster.operatorRequests();
    for (let round = 1; round <= 3; round += 1) {
      const deny = await cluster.admin.read(slot('ceiling', 'NetworkPolicy/parapet-default-deny'));
      await cluster.admin.delete(slot('ceiling', 'NetworkPolicy/parapet-default-deny'));
      await cluster.admin.edit(namespace('ceiling'), { metadata: { labels: { round: String(round) } } });
      await eventually('it is closed again', async () => {
        const again = await cluster.admin.read(slot('ceiling', 'NetworkPolicy/parapet-default-deny'));
        expect(again.metadata.uid).not.to.equal(deny.metadata.uid);
      });
    }
    expect(ofRoles(await since())).to.deep.equal([]);
  });

  it('is written once an admin has raised the ceiling, without anybody telling the operator', async () => {
    await cluster.applyFixture('ceiling-raised');
    const after = await reconciled(cluster, 'ceiling', '1/1');
    expect(conditionsOf(after)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
    await cluster.admin.read(slot('ceiling', BINDING));
  });

  it('is taken away once the ceiling is lowered, its binding first, and the policy says why', async () => {
    const since = await cluster.operatorRequests();
    await cluster.admin.delete(GRANTABLE);
    await taken();
    expect(ofRoles(await since())).to.deep.equal([
      'delete rolebindings ceiling/parapet-scaler',
      'delete roles ceiling/parapet-scaler',
    ]);
    const after = await reconciled(cluster, 'ceiling', '0/1');
    expect(conditionsOf(after)).to.include({ Ready: 'False/BeyondGrantable', Stalled: 'True/BeyondGrantable' });
    expect(messageOf(after, 'Stalled')).to.include('update deployments.apps/scale');
  });

  it('is back once the ceiling is, and none of it was a repair', async () => {
    await cluster.applyFixture('ceiling-raised');
    await reconciled(cluster, 'ceiling', '1/1');
    for (const id of [ROLE, BINDING]) await cluster.admin.read(slot('ceiling', id));
    const { recentRepairs = [] } = await cluster.admin.read(posture('ceiling'));
    expect(recentRepairs.filter((repair) => [ROLE, BINDING].includes(repair.slot))).to.deep.equal([]);
  });

  describe('and a ClusterRole', () => {
    const soon: KubeObject = {
      apiVersion: RBAC,
      kind: 'ClusterRole',
      metadata: { name: 'ceiling-soon' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    };

    async function bind(clusterRole: string): Promise<void> {
      const scaler = { name: 'scaler', clusterRole, subjects: [{ kind: 'Group', name: 'on-call' }] };
      await cluster.admin.edit(policy('ceiling'), { spec: { roles: [scaler] } });
    }

    it('that it may not bind is not bound', async () => {
      await bind('edit');
      await eventually('it is stalled', async () => {
        const { status: now } = await cluster.admin.read(policy('ceiling'));
        expect(conditionsOf(now)).to.include({ Stalled: 'True/BeyondGrantable' });
        expect(messageOf(now, 'Stalled')).to.include('"resourceNames":["edit"],"verbs":["bind"]');
      });
      await taken();
      const binding = ['create', 'rolebinding', 'tried', '--clusterrole=edit', '--group=a', '-n', 'ceiling'];
      const refused = await cluster
        .kubectl([...binding, `--as=${OPERATOR_USER}`])
        .catch((error: unknown) => String(error));
      expect(refused).to.include('attempting to grant RBAC permissions not currently held');
    });

    it('that is not there yet is bound, and reported until it is', async () => {
      const verbs = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'] };
      await cluster.admin.apply({
        apiVersion: RBAC,
        kind: 'ClusterRole',
        metadata: { name: 'ceiling-bind', labels: { 'parapet.dev/grantable': 'true' } },
        rules: [{ ...verbs, resourceNames: ['ceiling-soon'] }],
      });
      await bind('ceiling-soon');
      await eventually('it is reported', async () => {
        expect(await slotReport(cluster, 'ceiling', BINDING)).to.include({ state: 'Blocked', reason: 'RoleMissing' });
        const { status: now } = await cluster.admin.read(policy('ceiling'));
        expect(conditionsOf(now)).to.include({ Stalled: 'True/RoleMissing' });
      });
      await cluster.admin.read(slot('ceiling', BINDING));
      await cluster.admin.create(soon);
      await reconciled(cluster, 'ceiling', '1/1');
      expect(await slotReport(cluster, 'ceiling', BINDING)).to.include({ state: 'OK' });
      await cluster.admin.delete(slot('ceiling', BINDING));
      await eventually('it is bound again', () => cluster.admin.read(slot('ceiling', BINDING)));
    });
  });

  it('is told as the API server tells it, where that allows less than the ceiling says', async () => {
    const bound: Ref = { apiVersion: RBAC, kind: 'ClusterRoleBinding', name: 'parapet-grantable' };
    const { metadata, ...rest } = await cluster.admin.read(bound);
    await cluster.admin.delete(bound);
    try {
      await eventually('the API server knows', async () => {
        const asked = ['auth', 'can-i', 'update', 'deployments.apps', '--subresource=scale', `--as=${OPERATOR_USER}`];
        expect(await cluster.kubectl(asked).catch(() => 'no')).to.include('no');
      });
      const rules = [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['update'] }];
      const subjects = [{ kind: 'Group', name: 'on-call' }];
      await cluster.admin.edit(policy('ceiling'), { spec: { roles: [{ name: 'resizer', rules, subjects }] } });
      await eventually('it is refused', async () => {
        const { status: now } = await cluster.admin.read(policy('ceiling'));
        expect(conditionsOf(now)).to.include({ Stalled: 'True/BeyondGrantable' });
        expect(messageOf(now, 'Stalled')).to.include('update on deployments/scale in apps');
      });
    } finally {
      await cluster.admin.create({ ...rest, metadata: { name: metadata.name, labels: metadata.labels ?? {} } });
    }
  });
});
