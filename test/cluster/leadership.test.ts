import { expect } from 'chai';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { Cluster } from './harness/cluster.ts';
import { LEASE, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { eventually, until } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';

describe('Two replicas', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let first: OperatorProcess;
  let second: OperatorProcess;
  let sinceSecond: () => Promise<readonly AuditEntry[]>;

  before(async () => {
    cluster = await withoutSharedOperator();
    first = await cluster.startOperator();
    await first.working();
    sinceSecond = await cluster.operatorRequests();
    second = await cluster.startOperator();
    await second.ready();
    await cluster.applyFixture('convergence');
    await reconciled(cluster, 'convergence', '2/2');
  });
  after(async () => {
    await second.stop();
  });

  const leads = (operator: OperatorProcess): Promise<number> => operator.metric('leader_election_master_status');
  const isWorking = ({ logs }: OperatorProcess): boolean => logs.some(({ message }) => message === 'working');

  async function repairs(): Promise<void> {
    await cluster.admin.delete(slot('convergence-a', DENY));
    await eventually('the default-deny is back', () => cluster.admin.read(slot('convergence-a', DENY)));
  }

  it('have one leader: the other is ready, warm and writes nothing', async () => {
    expect(await leads(first)).to.equal(1);
    expect(await leads(second)).to.equal(0);
    expect(isWorking(second)).to.equal(false);
    // It POSTs only to ask who it is, which stores nothing; the first had asked before.
    const asked = (await sinceSecond()).filter(({ objectRef }) => objectRef?.resource === 'selfsubjectreviews');
    expect(asked).to.have.length(1);
    expect(await second.metric('rest_client_requests_total', { method: 'POST' })).to.equal(1);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect(await second.metric('rest_client_requests_total', { method }), method).to.equal(0);
    }
    await repairs();
    // The count follows the report, which follows the repair.
    await eventually('the repair is counted', async () => {
      expect(await first.metric('parapet_drift_repaired_total', { policy: 'convergence' })).to.be.at.least(1);
    });
    expect(await second.metric('parapet_drift_repaired_total')).to.equal(0);
  });

  it('change over within seconds when the leader is asked to stop: code 0, the Lease released', async () => {
    const from = performance.now();
    expect(await first.stop()).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - from).to.be.below(10_000);
    await second.working();
    expect(performance.now() - from).to.be.below(10_000);
    await repairs();
  });

  it('change over when the leader is killed, once its Lease has run out', async () => {
    const third = await cluster.startOperator();
    await third.ready();
    const from = performance.now();
    await second.kill();
    expect(isWorking(third)).to.equal(false);
    await third.working(25_000);
    expect(performance.now() - from).to.be.below(20_000);
    await repairs();
    second = third;
  });

  it('hold a Lease as kubectl shows it, and give it back at the end', async () => {
    const held = (await cluster.admin.read(LEASE))['spec'] as { readonly holderIdentity?: string };
    expect(held.holderIdentity).to.be.a('string').and.not.be.empty;
    expect(await second.stop()).to.deep.equal({ code: 0, signal: null });
    await until('the lease has no holder', async () => {
      const { holderIdentity = '' } = (await cluster.admin.read(LEASE))['spec'] as { readonly holderIdentity?: string };
      return holderIdentity === '';
    });
  });
});
