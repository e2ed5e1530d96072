import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { PostureSlot } from '../../src/api/posture.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const RBAC = 'rbac.authorization.k8s.io';

function networkPolicy(name: string, spec: unknown): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

function egressTo(name: string, cidr: string): KubeObject {
  return networkPolicy(name, { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr } }] }] });
}

function role(kind: 'Role' | 'ClusterRole', name: string, resource: string, verb = 'get'): KubeObject {
  const rules = [{ apiGroups: [''], resources: [resource], verbs: [verb] }];
  return { apiVersion: `${RBAC}/v1`, kind, metadata: { name }, rules };
}

function binding(name: string, roleRef: { readonly kind: string; readonly name: string }, group = 'team'): KubeObject {
  const subjects = [{ apiGroup: RBAC, kind: 'Group', name: group }];
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, ...roleRef },
    subjects,
  };
}

function put({ admin }: Cluster, namespace: string, object: KubeObject): Promise<KubeObject> {
  return admin.create({ ...object, metadata: { ...object.metadata, namespace } });
}

const spelled = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

describe('What others open', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;
  let looks = 0;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    await cluster.applyFixture('widening');
    await Promise.all(['widening', 'widening-any', 'widening-ignore'].map((name) => reconciled(cluster, name, '1/1')));
  });

  function eventuallyWidened(namespace: string, id: string, reason: string): Promise<PostureSlot> {
    return eventually(`${id} is ${reason}`, async () => {
      const report = await slotReport(cluster, namespace, id);
      expect(report).to.include({ state: 'Widened', reason });
      return report;
    });
  }

  async function eventuallyUntold(namespace: string, id: string): Promise<void> {
    await eventually(`${id} is told no more`, async () => {
      const { slots } = await cluster.admin.read(posture(namespace));
      expect(slots.map((each) => each.slot)).not.to.include(id);
    });
  }

  /** A repair in the same namespace shows that everything before it has been looked at. */
  async function lookedAt(namespace: string): Promise<void> {
    const { slots } = await cluster.admin.read(posture(namespace));
    const own = slots.filter(({ uid, slot: id }) => uid !== undefined && id.startsWith('NetworkPolicy/'));
    // By turns: repairs of one and the same object would be paced.
    const victim = slot(namespace, own[(looks += 1) % own.length]?.slot ?? '');
    const { metadata } = await cluster.admin.read(victim);
    await operator.unawares(() => cluster.admin.delete(victim));
    await eventually('it is back', async () => {
      expect((await cluster.admin.read(victim)).metadata.uid).not.to.equal(metadata.uid);
    });
  }

  const opening: readonly [title: string, object: KubeObject, reason: string, told: string][] = [
    [
      'a NetworkPolicy for everyone',
      networkPolicy('allow-all', { podSelector: {}, ingress: [{}] }),
      'OpensToEveryone',
      'ingress rule 1 is open to every peer',
    ],
    ['a NetworkPolicy to the internet', egressTo('internet', '0.0.0.0/0'), 'OpensToEveryone', '0.0.0.0/0'],
    [
      'a NetworkPolicy to all namespaces',
      networkPolicy('neighbours', { podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] }),
      'OpensToAllNamespaces',
      'all namespaces',
    ],
    [
      'a NetworkPolicy to a metadata address',
      egressTo('metadata', '169.254.169.254/32'),
      'OpensMetadata',
      '169.254.169.254',
    ],
    [
      'a NetworkPolicy under a name of ours',
      networkPolicy('parapet-policy-mine', { podSelector: {}, ingress: [{}] }),
      'OpensToEveryone',
      'every peer',
    ],
    [
      'a RoleBinding to cluster-admin',
      binding('admins', { kind: 'ClusterRole', name: 'cluster-admin' }),
      'GrantsWildcard',
      'ClusterRole/cluster-admin',
    ],
  ];
  for (const [title, object, reason, told] of opening) {
    it(`is reported while it is there, and never touched: ${title}`, async () => {
      const created = await put(cluster, 'widening', object);
      const report = await eventuallyWidened('widening', spelled(object), reason);
      expect(report.message).to.include(told).and.to.include('managed by');
      expect(report).not.to.have.property('uid');
      await lookedAt('widening');
      expect(await cluster.admin.read(slot('widening', spelled(object)))).to.deep.equal(created);
      await cluster.admin.delete(slot('widening', spelled(object)));
      await eventuallyUntold('widening', spelled(object));
    });
  }

  it('degrades the policy, which stays ready, counts in the summary and in the metrics, and is announced once', async () => {
    const object = networkPolicy('summary', { podSelector: {}, ingress: [{}] });
    await put(cluster, 'widening', object);
    const status = await eventually('the policy tells of it', async () => {
      const told = await reconciled(cluster, 'widening', '0/1');
      expect(messageOf(told, 'Degraded')).to.include('widening: NetworkPolicy/summary: ingress rule 1');
      return told;
    });
    expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Degraded: 'True/OpensToEveryone' });
    const { summary } = await cluster.admin.read(posture('widening'));
    expect(summary).to.include({ state: 'Drifted', widened: 1 });
    expect(await operator.metric('parapet_drift_open', { policy: 'widening', kind: 'Widened' })).to.equal(1);
    await eventually('it is announced', async () => {
      const told = await cluster.kubectl(['events', '-n', 'widening']);
      expect(told.match(/Widened.*NetworkPolicy\/summary/g)).to.have.length(1);
    });
    await cluster.admin.delete(slot('widening', spelled(object)));
    const mended = await reconciled(cluster, 'widening', '1/1');
    expect(conditionsOf(mended)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
  });

  it('is judged by its Role as the Role changes', async () => {
    const reader = role('Role', 'reader', 'pods');
    await put(cluster, 'widening', reader);
    await put(cluster, 'widening', binding('reads', { kind: 'Role', name: 'reader' }));
    await lookedAt('widening');
    await eventuallyUntold('widening', 'RoleBinding/reads');
    await cluster.admin.edit(slot('widening', 'Role/reader'), { rules: role('Role', 'reader', 'secrets')['rules'] });
    const report = await eventuallyWidened('widening', 'RoleBinding/reads', 'ReadsSecrets');
    expect(report.message).to.include('get secrets').and.to.include('Group team');
    await cluster.admin.delete(slot('widening', 'RoleBinding/reads'));
    await eventuallyUntold('widening', 'RoleBinding/reads');
  });

  it('is judged by its ClusterRole from the moment there is one, and as it changes', async () => {
    const clusterRole = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', name: 'widening-later' };
    await put(cluster, 'widening', binding('later', { kind: 'ClusterRole', name: 'widening-later' }));
    await eventually('its role is unknown', async () => {
      const report = await slotReport(cluster, 'widening', 'RoleBinding/later');
      expect(report).to.include({ state: 'OK', reason: 'RoleUnknown' });
    });
    await reconciled(cluster, 'widening', '1/1');
    await cluster.admin.create(role('ClusterRole', 'widening-later', 'pods'));
    await eventuallyUntold('widening', 'RoleBinding/later');
    await cluster.admin.edit(clusterRole, { rules: role('ClusterRole', '', 'pods/exec', 'create')['rules'] });
    await eventuallyWidened('widening', 'RoleBinding/later', 'ExecsIntoPods');
    await cluster.admin.edit(clusterRole, { rules: [] });
    await eventuallyUntold('widening', 'RoleBinding/later');
    await cluster.admin.delete(slot('widening', 'RoleBinding/later'));
    await cluster.admin.delete(clusterRole);
  });

  it('is whatever exceeds allows and roles, where the policy says Any', async () => {
    await put(cluster, 'widening-any', egressTo('database', '192.0.2.0/24'));
    await put(cluster, 'widening-any', role('Role', 'logs', 'pods/log'));
    await put(cluster, 'widening-any', binding('logs', { kind: 'Role', name: 'logs' }));
    await put(cluster, 'widening-any', role('Role', 'pods', 'pods'));
    await put(cluster, 'widening-any', binding('pods', { kind: 'Role', name: 'pods' }));
    await put(cluster, 'widening-any', binding('others', { kind: 'Role', name: 'pods' }, 'others'));
    const database = await eventuallyWidened('widening-any', 'NetworkPolicy/database', 'OpensMore');
    expect(database.message).to.include('192.0.2.0/24').and.to.include('which no policy allows');
    const logs = await eventuallyWidened('widening-any', 'RoleBinding/logs', 'GrantsMore');
    expect(logs.message).to.include('get pods/log').and.to.include('Group team');
    await eventuallyWidened('widening-any', 'RoleBinding/others', 'GrantsMore');
    await eventuallyUntold('widening-any', 'RoleBinding/pods');
  });

  it('is nobody’s business, where the policy says Ignore', async () => {
    await put(cluster, 'widening-ignore', networkPolicy('allow-all', { podSelector: {}, ingress: [{}] }));
    await put(cluster, 'widening-ignore', binding('admins', { kind: 'ClusterRole', name: 'cluster-admin' }));
    await lookedAt('widening-ignore');
    await reconciled(cluster, 'widening-ignore', '1/1');
    const { slots, summary } = await cluster.admin.read(posture('widening-ignore'));
    expect(slots.map(({ slot: id }) => id)).to.deep.equal([
      'NetworkPolicy/parapet-allow-dns',
      'NetworkPolicy/parapet-default-deny',
    ]);
    expect(summary.widened).to.equal(0);
  });

  it('is looked at anew when the policy changes its mind', async () => {
    await cluster.admin.edit(policy('widening-ignore'), { spec: { widening: { roleBindings: 'Broad' } } });
    await eventuallyWidened('widening-ignore', 'RoleBinding/admins', 'GrantsWildcard');
    await eventuallyUntold('widening-ignore', 'NetworkPolicy/allow-all');
  });
});
