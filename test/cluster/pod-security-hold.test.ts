import { expect } from 'chai';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy } from './harness/refs.ts';
import { reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const NAME = 'pod-security-hold';
const ENFORCE = 'pod-security.kubernetes.io/enforce';
const pod = { apiVersion: 'v1', kind: 'Pod', namespace: NAME, name: 'root' };

describe('A Pod Security level that running pods violate', function () {
  this.timeout(60_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.admin.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAME, labels: { suite: NAME } },
    });
    await eventually('the namespace takes pods', () =>
      cluster.admin.read({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: NAME, name: 'default' }),
    );
    const spec = { hostNetwork: true, containers: [{ name: 'c', image: 'c' }] };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: NAME, name: 'root' }, spec });
    await cluster.admin.create({
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: { name: NAME },
      spec: {
        mode: 'Enforce',
        namespaceSelector: { matchLabels: { suite: NAME } },
        podSecurity: { enforce: 'baseline' },
      },
    });
  });

  const level = async (): Promise<string | undefined> =>
    (await cluster.admin.read(namespace(NAME))).metadata.labels?.[ENFORCE];

  it('waits, and names them as the API server does', async () => {
    await reconciled(cluster, NAME, '0/1');
    const report = await slotReport(cluster, NAME, `Namespace/${NAME}`);
    expect(report).to.include({ state: 'Held', reason: 'PodsViolate' });
    expect(report.message).to.match(/^1 pod violates baseline: root: host namespaces/);
    expect(await level()).to.equal(undefined);
  });

  it('is enforced once they are gone', async () => {
    await cluster.admin.delete(pod);
    await eventually('the pod is gone', async () => {
      expect(await cluster.admin.get(pod)).to.equal(undefined);
    });
    const labels = { suite: NAME, poked: 'once' };
    await cluster.admin.edit(namespace(NAME), { metadata: { labels } });
    await reconciled(cluster, NAME, '1/1');
    expect(await level()).to.equal('baseline');
  });

  it('is put back when somebody loosens it, whatever runs by then', async () => {
    await cluster.admin.edit(namespace(NAME), { metadata: { labels: { [ENFORCE]: 'privileged' } } });
    await eventually('it is enforced again', async () => {
      expect(await level()).to.equal('baseline');
    });
  });

  it('is lowered at once where the policy asks for less', async () => {
    await cluster.admin.edit(policy(NAME), { spec: { podSecurity: { enforce: 'privileged' } } });
    await eventually('it is lowered', async () => {
      expect(await level()).to.equal('privileged');
    });
  });
});
