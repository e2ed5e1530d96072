import { expect } from 'chai';
import { writesOf } from '../../hack/support/audit-log.ts';
import type { Cluster } from './harness/cluster.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { until } from './harness/until.ts';

describe('parapet run on a real API server', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  before(async () => {
    cluster = await withoutSharedOperator();
  });

  it('gets ready under its own ServiceAccount, leads, and ends with code 0 when asked to', async () => {
    const operator = await cluster.startOperator();
    await operator.ready();
    await operator.working();
    expect(await operator.health('/healthz')).to.deep.equal({ status: 200, body: 'ok\n' });
    expect(await operator.metrics()).to.include('leader_election_master_status{name="parapet"} 1');
    expect(await operator.stop()).to.deep.equal({ code: 0, signal: null });
    expect(operator.logs.filter(({ level }) => level !== 'info')).to.deep.equal([]);
  });

  it('is refused nothing it asks for, and writes nothing where there is no policy', async () => {
    const requests = await cluster.operatorRequests();
    const operator = await cluster.startOperator({ flags: ['--leader-elect=false'] });
    await operator.ready();
    await operator.stop();
    const entries = await requests();
    expect(entries.filter(({ responseStatus }) => responseStatus?.code === 403)).to.deep.equal([]);
    expect(writesOf(entries)).to.deep.equal([]);
  });
});

describe('until', () => {
  it('says what it waited for and why the last try failed', async () => {
    const failed = await until('pigs fly', () => Promise.reject(new Error('no wings')), 60).catch(
      (error: Error) => error,
    );
    expect(failed).to.have.property('message', 'gave up after 0.06 s waiting for pigs fly');
    expect(failed).to.have.nested.property('cause.message', 'no wings');
  });
});
