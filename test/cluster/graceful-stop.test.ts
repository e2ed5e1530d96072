import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { spelledCall } from '../../hack/support/fault-proxy/call-identity.ts';
import type { ProxiedCall } from '../../hack/support/fault-proxy/proxied-call.ts';
import { uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { operatorProxy } from './harness/proxied-operator.ts';
import type { OperatorProxy } from './harness/proxied-operator.ts';
import { LEASE, namespace, policy } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { until } from './harness/until.ts';
import { wholePolicy } from './harness/whole-policy.ts';

/** So long a call takes during which the operator is asked to stop. */
const UNDER_WAY_MS = 500;
/** The writes of one policy on one namespace, `%` for whose. A renewal of the Lease is cut off instead: it is released. */
const CALLS = [
  'create networkpolicies %/parapet-allow-dns',
  'create networkpolicies %/parapet-default-deny',
  'create resourcequotas %/parapet-compute',
  'create roles %/parapet-on-call',
  'create rolebindings %/parapet-on-call',
  'patch namespaces %',
  'patch serviceaccounts %/default',
  'create namespacepostures %/parapet',
  'patch clustersecuritypolicies/status %',
];

describe('An operator that is asked to stop', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let proxy: OperatorProxy;
  const names: string[] = [];

  before(async () => {
    cluster = await withoutSharedOperator();
    proxy = await operatorProxy(cluster);
  });
  after(async () => {
    for (const name of names) {
      await cluster.admin.delete(policy(name));
      await cluster.admin.delete(namespace(name));
    }
    await proxy.close();
  });

  for (const call of CALLS) {
    it(`during ${call.replace('%', 'NAME')}, finishes it, releases its Lease and ends with code 0`, async () => {
      const name = uniqueName('stop');
      const operator = await proxy.start();
      await operator.working();
      const { caught, away } = catchCall(call.replace('%', name), () => operator.signal('SIGTERM'));
      await begin(name);
      const from = await caught;
      expect(await operator.exited).to.deep.equal({ code: 0, signal: null });
      expect(performance.now() - from.arrivedAt).to.be.below(10_000);
      away();

      expect(from.status, 'what the API server made of it').to.be.oneOf([200, 201]);
      expect(from.told, 'what the operator heard').to.equal(from.status);
      const after = proxy.calls.filter(({ seq, told }) => seq > from.seq && told === undefined);
      expect(after.map(spelledCall), 'calls without an answer').to.deep.equal([]);
      const { holderIdentity = '' } = (await cluster.admin.read(LEASE))['spec'] as { readonly holderIdentity?: string };
      expect(holderIdentity).to.equal('');
      expect(operator.logs.filter(({ level }) => level !== 'info')).to.deep.equal([]);
    });
  }

  it('leaves what the next one finishes, and nothing twice', async () => {
    const operator = await proxy.start();
    for (const name of names) await reconciled(cluster, name, '1/1');
    await operator.stop();
    const created = proxy.calls.filter(
      ({ verb, resource, told }) => verb === 'create' && resource !== 'events' && told === 409,
    );
    expect(created.map(spelledCall)).to.deep.equal([]);
  });

  /** Holds the first such call for a while before it goes on. */
  function catchCall(wanted: string, meanwhile: () => void): { caught: Promise<ProxiedCall>; away: () => void } {
    const { promise: caught, resolve } = Promise.withResolvers<ProxiedCall>();
    let found = false;
    const away = proxy.rule((call) => {
      if (found || call.dryRun || spelledCall(call) !== wanted) return undefined;
      found = true;
      return {
        name: 'under way',
        act: async (exchange) => {
          meanwhile();
          await delay(UNDER_WAY_MS);
          await exchange.pass();
          resolve(exchange.call);
        },
      };
    });
    return { caught, away };
  }

  async function begin(name: string): Promise<void> {
    names.push(name);
    const labels = { suite: name };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    await until('its ServiceAccount', () =>
      cluster.admin.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' }),
    );
    const { apiVersion, kind } = policy(name);
    await cluster.admin.create({ apiVersion, kind, metadata: { name }, spec: wholePolicy(name) });
  }
});
