import { expect } from 'chai';
import { spelledCall } from '../../hack/support/fault-proxy/call-identity.ts';
import type { ProxiedCall } from '../../hack/support/fault-proxy/proxied-call.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { operatorProxy } from './harness/proxied-operator.ts';
import type { OperatorProxy } from './harness/proxied-operator.ts';
import { policy } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';
import { wholePolicy } from './harness/whole-policy.ts';

const COUNT = 6;
const RETRY_AFTER_MS = 1_000;
const MOST_IN_FLIGHT = 32;
const TOO_MANY = {
  status: 429,
  headers: { 'retry-after': String(RETRY_AFTER_MS / 1000) },
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'TooManyRequests', code: 429, message: 'later' },
};

describe('An API server that turns every other call away', function () {
  this.timeout(120_000);
  const name = uniqueName('throttled');
  let cluster: Cluster;
  let proxy: OperatorProxy;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await withoutSharedOperator();
    proxy = await operatorProxy(cluster);
  });
  after(async () => {
    await operator.stop();
    await proxy.close();
    await cluster.admin.delete(policy(name));
  });

  it('is asked again no sooner than it said, by few calls at a time, and everything converges', async () => {
    let arrived = 0;
    proxy.rule((call) => {
      if (call.verb === 'watch') return undefined;
      arrived += 1;
      return arrived % 2 === 0 ? { name: 'too many', act: (exchange) => exchange.reply(TOO_MANY) } : undefined;
    });
    operator = await proxy.start();
    await operator.working();
    for (let made = 0; made < COUNT; made += 1) await cluster.createNamespace({ suite: name });
    const { apiVersion, kind } = policy(name);
    await cluster.admin.create({ apiVersion, kind, metadata: { name }, spec: wholePolicy(name) });
    await reconciled(cluster, name, `${COUNT}/${COUNT}`, 60_000);

    const calls = proxy.calls.filter(({ verb }) => verb !== 'watch');
    const refused = calls.filter(({ told }) => told === 429);
    expect(refused.length).to.be.above(COUNT * 3);
    expect(refused.filter((call) => askedTooSoon(call, calls)).map(spelledCall)).to.deep.equal([]);
    expect(mostInFlight(calls)).to.be.at.most(MOST_IN_FLIGHT);
  });

  it('is counted call by call in the metrics', async () => {
    await eventually('both counts agree', async () => {
      const over = proxy.calls.filter(({ verb, answeredAt }) => verb !== 'watch' && answeredAt !== undefined);
      for (const [method, calls] of Map.groupBy(over, (call) => call.method)) {
        for (const [code, { length }] of Map.groupBy(calls, ({ told }) => String(told))) {
          const counted = await operator.metric('rest_client_requests_total', { method, code });
          expect(counted, `${method} ${code}`).to.equal(length);
        }
      }
    });
  });
});

/** Whether the same call came again before the time that its refusal named. */
function askedTooSoon({ seq, arrivedAt, ...call }: ProxiedCall, calls: readonly ProxiedCall[]): boolean {
  const same = spelledCall(call);
  const next = calls.find((each) => each.seq > seq && spelledCall(each) === same);
  return next !== undefined && next.arrivedAt - arrivedAt < RETRY_AFTER_MS;
}

function mostInFlight(calls: readonly ProxiedCall[]): number {
  const begun = ({ arrivedAt }: ProxiedCall): number =>
    calls.filter((other) => other.arrivedAt <= arrivedAt && (other.answeredAt ?? Number.POSITIVE_INFINITY) > arrivedAt)
      .length;
  return Math.max(...calls.map(begun));
}
