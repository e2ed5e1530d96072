import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { namespace, policy, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

interface EventObject extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

describe('Events', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    await cluster.applyFixture('events');
    await reconciled(cluster, 'events', '1/1');
  });

  async function told(involved: string, where: string): Promise<readonly string[]> {
    const found = await cluster.admin.list<EventObject>({ apiVersion: 'v1', kind: 'Event', namespace: where });
    return found
      .filter(({ involvedObject }) => involvedObject.name === involved)
      .map(({ type, reason, count }) => `${type} ${reason} ${count}`);
  }

  it('tell of a new policy that it is ready, and nothing of what it created', async () => {
    await eventually('it is told', async () => {
      expect(await told('events', 'default')).to.deep.equal(['Normal Succeeded 1']);
    });
    expect(await told('parapet', 'events')).to.deep.equal([]);
  });

  it('tell tenants of a repair, on the posture of their namespace', async () => {
    await operator.unawares(() => cluster.admin.delete(slot('events', 'NetworkPolicy/parapet-default-deny')));
    await eventually('the repair is announced', async () => {
      expect(await told('parapet', 'events')).to.deep.equal(['Normal Repaired 1']);
    });
    expect(await cluster.kubectl(['describe', 'nsposture', 'parapet', '-n', 'events'])).to.include('Repaired');
  });

  it('tell of a new finding once, on the posture and on the policy', async () => {
    await cluster.admin.edit(policy('events'), {
      spec: { resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }] },
    });
    await reconciled(cluster, 'events', '0/1');
    await eventually('the finding is announced', async () => {
      expect(await told('parapet', 'events')).to.include('Warning Foreign 1');
      expect(await told('events', 'default')).to.include('Warning NotOurs 1');
    });
  });

  it('are not recorded again when the namespace is looked at again and nothing has changed', async () => {
    const before = [...(await told('parapet', 'events')), ...(await told('events', 'default'))];
    const looks = (): Promise<number> =>
      operator.metric('controller_runtime_reconcile_total', { controller: 'namespace' });
    const looked = await looks();
    await cluster.admin.edit(namespace('events'), { metadata: { labels: { another: 'look' } } });
    await eventually('it was looked at again', async () => {
      expect(await looks()).to.be.above(looked);
    });
    // A repair comes after it in the recorder's queue.
    await operator.unawares(() => cluster.admin.delete(slot('events', 'NetworkPolicy/parapet-allow-dns')));
    await eventually('the repair is announced', async () => {
      const now = [...(await told('parapet', 'events')), ...(await told('events', 'default'))];
      expect(now).to.have.members([...before, 'Normal Repaired 1']);
    });
  });

  it('tell of the end of a finding on the policy', async () => {
    await cluster.admin.delete(slot('events', 'ResourceQuota/parapet-compute'));
    await reconciled(cluster, 'events', '1/1');
    expect((await told('events', 'default')).length).to.be.at.most(2);
  });
});
