import { expect } from 'chai';
import { createPolicy } from '../../hack/bench/bench-policy.ts';
import { leftBehind } from '../../hack/bench/left-behind.ts';
import { createNamespace, namesOf } from '../../hack/bench/world.ts';
import { measureHandover } from '../../hack/failover/handover.ts';
import type { Ground } from '../../hack/failover/handover.ts';
import { judge } from '../../hack/failover/judge.ts';
import { induceLosses, LOSS_KINDS } from '../../hack/failover/losses.ts';
import { Replicas } from '../../hack/failover/replicas.ts';
import { SHORT_TIMINGS, timingFlags, TOLERANCE_MS } from '../../hack/failover/run.ts';
import { clientFor } from '../../hack/support/admin.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Cluster } from './harness/cluster.ts';
import { attendedOperator } from './harness/attended-operator.ts';
import { namespace, policy } from './harness/refs.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { until } from './harness/until.ts';

const NAME = 'failover';
const names = namesOf(NAME, 20);

/** The small one of `make failover`, with the same oracles. */
describe('A change of leaders under tampering', function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let admin: KubeClient;
  let replicas: Replicas;
  let ground: Ground;

  before(async () => {
    cluster = await withoutSharedOperator();
    admin = clientFor(cluster.controlPlane.kubeconfig);
    for (const name of names) await createNamespace(admin, name, NAME);
    await createPolicy(admin, NAME);
    replicas = new Replicas(3, {
      kubeconfig: await cluster.operatorKubeconfig(),
      dir: cluster.controlPlane.dir,
      flags: timingFlags(SHORT_TIMINGS),
      start: attendedOperator,
    });
    await replicas.fill();
    const kept = await until(
      'every namespace to have its objects',
      async () => {
        const found = await leftBehind(admin, `${NAME}-`);
        return found.length === names.length * 6 && found;
      },
      60_000,
    );
    ground = { admin, kept, replicas };
  });
  after(async () => {
    await replicas.end();
    await cluster.admin.delete(policy(NAME));
    for (const name of names) await cluster.admin.delete(namespace(name));
    await admin.close();
  });

  it('is a matter of two seconds where the leader is asked to stop', async () => {
    const { ms, code } = await measureHandover(ground, 'SIGTERM');
    expect(ms).to.be.below(2_000);
    expect(code).to.equal(0);
  });

  it('waits for the Lease to run out where the leader is killed, and five seconds at most', async () => {
    const { ms } = await measureHandover(ground, 'SIGKILL');
    expect(ms).to.be.below(SHORT_TIMINGS.leaseMs + 5_000);
  });

  it('comes with no write after the renew deadline and none side by side, in whatever way the Lease is lost', async () => {
    const losses = await induceLosses(ground, [...LOSS_KINDS, 'paused'], 20);
    expect(losses.map(({ code }) => code)).to.deep.equal([1, 1, 1, 1, 1]);
    const rule = { ...SHORT_TIMINGS, toleranceMs: TOLERANCE_MS };
    const issued = judge(replicas.issued(), rule);
    expect(issued.late).to.deep.equal([]);
    expect(issued.overlaps).to.deep.equal([]);
    expect(judge(replicas.arrived(), rule).overlaps).to.deep.equal([]);
    // Under so much tampering somebody writes up to the last moment.
    expect(issued.writes).to.be.at.least(100);
  });
});
