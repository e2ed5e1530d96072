import { expect } from 'chai';
import { isMutating, spelledCall } from '../../hack/support/fault-proxy/call-identity.ts';
import type { Exchange } from '../../hack/support/fault-proxy/exchange.ts';
import { uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { operatorProxy } from './harness/proxied-operator.ts';
import type { OperatorProxy } from './harness/proxied-operator.ts';
import { policy } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { until } from './harness/until.ts';
import { wholePolicy } from './harness/whole-policy.ts';

const KINDS = [
  'clustersecuritypolicies',
  'securityexceptions',
  'namespaces',
  'namespacepostures',
  'networkpolicies',
  'clusterroles',
];
const TRIES = 2;

describe('An operator that cannot read', function () {
  this.timeout(60_000);
  const name = uniqueName('unread');
  let cluster: Cluster;
  let proxy: OperatorProxy;
  let team: string;

  before(async () => {
    cluster = await withoutSharedOperator();
    proxy = await operatorProxy(cluster);
    team = await cluster.createNamespace({ suite: name });
    const { apiVersion, kind } = policy(name);
    // Whatever it took for gone it would remove.
    const spec = wholePolicy(name, { deletionPolicy: 'Delete' });
    await cluster.admin.create({ apiVersion, kind, metadata: { name }, spec });
    const operator = await proxy.start();
    await reconciled(cluster, name, '1/1');
    await operator.stop();
  });
  after(async () => {
    await proxy.close();
    const operator = await cluster.startOperator();
    await cluster.admin.delete(policy(name));
    await until('the policy is gone', async () => (await cluster.admin.get(policy(name))) === undefined);
    await operator.stop();
  });

  /** What becomes of a list, or of a watch that begins with one. */
  const faults: readonly [string, (exchange: Exchange) => Promise<void> | void][] = [
    ['fails', (exchange) => exchange.reply({ status: 500, body: { kind: 'Status', code: 500, message: 'no' } })],
    ['breaks off', breakOff],
  ];
  for (const kind of KINDS) {
    for (const [what, act] of faults) {
      it(`whose list of ${kind} ${what}, deletes and opens nothing, and says what it waits for`, async () => {
        const from = proxy.calls.length;
        let tried = 0;
        const away = proxy.rule(({ resource, verb }) => {
          if (resource !== kind || (verb !== 'list' && verb !== 'watch')) return undefined;
          tried += 1;
          return { name: what, act };
        });
        const operator = await proxy.start('--leader-elect=false');
        await until('it has tried again', () => tried >= TRIES);
        const { status, body } = await operator.health('/readyz');
        expect({ status, named: body.includes(kind) }).to.deep.equal({ status: 503, named: true });
        away();
        await operator.working();
        await until('every namespace was looked at', async () => {
          const looks = await operator.metric('controller_runtime_reconcile_total', { controller: 'namespace' });
          return looks > 0 && (await operator.metric('workqueue_depth', { name: 'namespace' })) === 0;
        });
        await operator.stop();
        expect(writesSince(from)).to.deep.equal([]);
      });
    }
  }

  /** What changed anything that belongs to the suite. */
  function writesSince(from: number): readonly string[] {
    const changes = proxy.calls.slice(from).filter((call) => isMutating(call) && call.resource !== 'events');
    return changes.filter((call) => call.namespace === team || [team, name].includes(call.name)).map(spelledCall);
  }

  async function breakOff(exchange: Exchange): Promise<void> {
    if (exchange.call.verb === 'list') return exchange.giveTruncated(await exchange.forward());
    await exchange.pass();
    const watch = proxy.watches.at(-1);
    // All objects come, but not the word that these are all.
    watch?.holdFrom((line) => line.includes('k8s.io/initial-events-end'));
    setTimeout(() => watch?.reset(), 200);
  }
});
