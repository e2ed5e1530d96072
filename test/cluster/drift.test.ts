import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { QUICK_REPAIRS } from '../../src/plan/pace.ts';
import { objectKindOf, wholeKinds } from '../../src/slots/object-kinds.ts';
import { sharedCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';
import { tamperings, targets } from './tamperings.ts';

/** What has to be as before: all that is ours of an object, in canonical form. */
function ours({ kind, metadata, ...object }: KubeObject): unknown {
  const { labels, annotations } = metadata;
  return { labels, annotations, content: objectKindOf(kind)?.normalize(object) };
}

describe('Drift', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    await cluster.applyFixture('drift');
    await eventually('the namespaces are compliant', async () => {
      const { status } = await cluster.admin.read(policy('drift'));
      expect(status.namespaces?.summary).to.equal('3/3');
    });
  });

  // What is known of so much tampering ends ten minutes later, with a write that no other suite is to count.
  after(async () => {
    for (const name of ['drift-a', 'drift-b', 'drift-c']) await cluster.admin.delete(namespace(name));
  });

  for (const target of targets) {
    const [kind = ''] = target.slot.split('/');
    for (const [index, { title, tamper, ...drift }] of tamperings.entries()) {
      // From the fourth within a minute on repairs are paced.
      const inNamespace = index < QUICK_REPAIRS ? 'drift-a' : 'drift-b';

      it(`is repaired where a ${kind} is ${title}`, async () => {
        const ref = slot(inNamespace, target.slot);
        const labels = { policy: 'drift', resource: kind, kind: drift.kind };
        const before = ours(await cluster.admin.read(ref));
        const repairs = await operator.metric('parapet_drift_repaired_total', labels);
        const { recentRepairs: earlier = [] } = await cluster.admin.read(posture(inNamespace));

        await operator.unawares(() => tamper(cluster.admin, ref, target));

        const report = await eventually('the repair is reported', async () => {
          const found = await cluster.admin.read(posture(inNamespace));
          expect(found.recentRepairs?.[0]).to.include({ slot: target.slot, ...drift });
          expect(found.recentRepairs?.[0]?.repairedTime).not.to.equal(earlier[0]?.repairedTime);
          return found;
        });
        expect(ours(await cluster.admin.read(ref))).to.deep.equal(before);
        expect(report.summary).to.include({ state: 'Compliant', drifted: 0 });
        expect(await operator.metric('parapet_drift_repaired_total', labels)).to.equal(repairs + 1);
      });
    }
  }

  it('is told in the status: when, where, what and by whom, and Ready stays True', async () => {
    const { status } = await eventually('the status has five repairs', async () => {
      const found = await cluster.admin.read(policy('drift'));
      expect(found.status.drift?.lastRepairs?.[0]).to.include({
        namespace: 'drift-b',
        slot: 'RoleBinding/parapet-on-call',
      });
      return found;
    });
    expect(status.drift?.lastRepairs).to.have.length(5);
    expect(status.drift?.open).to.equal(0);
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).to.include({ status: 'True', reason: 'Succeeded' });
  });

  it('leaves the labels alone that somebody else has put there', async () => {
    const ref = slot('drift-c', 'NetworkPolicy/parapet-default-deny');
    await operator.unawares(() =>
      cluster.admin.edit(ref, { metadata: { labels: { team: 'a' } }, spec: { egress: [{}] } }),
    );
    await eventually('the default-deny is closed again', async () => {
      expect((await cluster.admin.read(ref))['spec']).not.to.have.property('egress');
    });
    expect((await cluster.admin.read(ref)).metadata.labels).to.include({
      team: 'a',
      'parapet.dev/slot': 'parapet-default-deny',
    });
  });

  it('is repaired where everything is deleted at once', async () => {
    const kinds = wholeKinds.map(({ resource }) => slot('drift-c', `${resource.kind}/x`));
    for (const { apiVersion, kind } of kinds) await cluster.admin.deleteAll({ apiVersion, kind, namespace: 'drift-c' });
    await eventually('all is there again', async () => {
      for (const target of targets) await cluster.admin.read(slot('drift-c', target.slot));
    });
  });

  it('is nothing where an object has the same content in other words', async () => {
    const requests = await cluster.operatorRequests();
    const ref = slot('drift-c', 'ResourceQuota/parapet-compute');
    const same = { spec: { hard: { 'requests.cpu': '8000m', 'requests.memory': '1Gi' } } };
    await cluster.admin.edit(ref, same);
    // Another edit in the same namespace, handled after this one, shows that this one was handled.
    await cluster.admin.delete(slot('drift-c', 'LimitRange/parapet-limits'));
    await eventually('the limits are back', () => cluster.admin.read(slot('drift-c', 'LimitRange/parapet-limits')));
    const quotas = (await requests()).filter(({ objectRef }) => objectRef?.resource === 'resourcequotas');
    expect(quotas.filter(({ verb }) => verb === 'patch')).to.deep.equal([]);
  });
});
