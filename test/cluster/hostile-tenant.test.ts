import { expect } from 'chai';
import { slotLabel } from '../../src/plan/desired-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster, uniqueName } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const closed = { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] } };

function specOf(object: KubeObject): unknown {
  return object['spec'];
}

describe('A tenant who means harm', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  const teams: string[] = [];

  /** A policy of its own, and a namespace that it selects once it is labelled so. */
  const prepare = async (): Promise<{ readonly name: string; readonly team: string; select(): Promise<void> }> => {
    const name = uniqueName('hostile');
    const namespaceSelector = { matchLabels: { hostile: name } };
    await cluster.admin.create({
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: { name },
      spec: { mode: 'Enforce', namespaceSelector, ...closed },
    });
    const team = await cluster.createNamespace();
    teams.push(team);
    const select = async (): Promise<void> => {
      await cluster.admin.patch(namespace(team), { metadata: { labels: { hostile: name } } });
    };
    return { name, team, select };
  };
  /** One edit that leaves nothing by which the default-deny says whose it is. */
  const steal = async (team: string): Promise<void> => {
    await cluster.admin.patch(slot(team, DENY), [
      { op: 'replace', path: '/metadata/labels', value: {} },
      { op: 'replace', path: '/metadata/managedFields', value: [{}] },
      { op: 'add', path: '/spec/ingress', value: [{}] },
    ]);
  };
  const closedAgain = async (team: string): Promise<void> => {
    const spec = { podSelector: {}, policyTypes: ['Egress', 'Ingress'] };
    await eventually('it is closed', async () => {
      expect(specOf(await cluster.admin.read(slot(team, DENY)))).to.deep.equal(spec);
    });
  };

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
  });
  // What is refused there is asked for again and again: no other suite is to count that.
  after(async () => {
    for (const team of teams) await cluster.admin.delete(namespace(team));
  });

  it('cannot push the default-deny out of the record with objects that claim to be ours', async () => {
    const { name, team, select } = await prepare();
    await select();
    await reconciled(cluster, name, '1/1');
    for (let index = 0; index < 260; index += 1) {
      const metadata = { name: `parapet-a${index}`, namespace: team, labels: { [slotLabel]: `parapet-a${index}` } };
      const spec = { podSelector: {} };
      await cluster.admin.create({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec });
    }
    await eventually('all are seen', async () => {
      expect((await cluster.admin.read(posture(team))).summary.slots).to.equal(262);
    });
    expect(await slotReport(cluster, team, DENY)).to.include({ state: 'OK' });
    await steal(team);
    await closedAgain(team);
  });

  it('gains nothing by a quota that keeps the report out, which the policy tells of', async () => {
    const { name, team, select } = await prepare();
    const metadata = { name: 'mine', namespace: team };
    const spec = { hard: { 'count/namespacepostures.parapet.dev': '0' } };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec });
    await select();
    const { namespaces } = await eventually('the policy is degraded', async () => {
      const { status } = await cluster.admin.read(policy(name));
      expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Degraded: 'True/QuotaExceeded' });
      return status;
    });
    expect(namespaces).to.include({ compliant: 0, blocked: 1 });
    await steal(team);
    await closedAgain(team);
  });

  it('cannot stop the report with a Role of a name that none of ours could have', async () => {
    const { name, team, select } = await prepare();
    await select();
    await reconciled(cluster, name, '1/1');
    const metadata = { name: `parapet-${'x'.repeat(400)}`, namespace: team };
    await cluster.admin.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata }, 'parapet');
    await cluster.admin.delete(slot(team, DENY));
    await eventually('the repair is reported', async () => {
      expect((await cluster.admin.read(posture(team))).recentRepairs).to.have.length(1);
    });
  });

  it('fails no policy by a finalizer on what is to be pruned, and loses no allow by it', async () => {
    const { name, team, select } = await prepare();
    await select();
    await reconciled(cluster, name, '1/1');
    await cluster.admin.patch(slot(team, DENY), { metadata: { finalizers: ['tenant.example.com/hold'] } });
    const quotas = [{ name: 'compute', hard: { pods: 5 } }];
    await cluster.admin.patch(policy(name), { spec: { networkPolicy: null, resourceQuotas: quotas } });
    await eventually('the policy is degraded', async () => {
      const { status } = await cluster.admin.read(policy(name));
      expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Degraded: 'True/HeldByFinalizer' });
    });
    await cluster.admin.read(slot(team, 'NetworkPolicy/parapet-allow-dns'));
    await cluster.admin.patch(slot(team, DENY), { metadata: { finalizers: null } });
    await reconciled(cluster, name, '1/1');
    expect(await cluster.admin.get(slot(team, 'NetworkPolicy/parapet-allow-dns'))).to.equal(undefined);
  });
});
