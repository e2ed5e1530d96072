import { expect } from 'chai';
import { spelled, writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { exception, namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator, withoutSharedOperator } from './harness/shared.ts';
import { eventually, until } from './harness/until.ts';

const SHOP = 'exceptions-shop';
const DENY = 'NetworkPolicy/parapet-default-deny';
const QUOTA = 'ResourceQuota/parapet-compute';
const NETWORK = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: SHOP };

interface EventObject extends KubeObject {
  readonly reason: string;
  readonly involvedObject: { readonly name: string };
}

/** The moment so many seconds from now, on a whole second: what expirationTime is written with. */
function inSeconds(seconds: number): string {
  const at = Math.ceil(Date.now() / 1000 + seconds) * 1000;
  return new Date(at).toISOString().replace('.000', '');
}

function exceptionObject(name: string, spec: object): KubeObject {
  return {
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'SecurityException',
    metadata: { name },
    spec: { includeNames: [SHOP], owner: 'shop', reason: 'migration', expirationTime: inSeconds(3600), ...spec },
  };
}

describe('A SecurityException', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  const made = new Set<string>();

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    await cluster.applyFixture('exceptions');
    await reconciled(cluster, 'exceptions', '2/2');
  });

  afterEach(async () => {
    for (const name of made) await cluster.admin.delete(exception(name));
    made.clear();
    await sharedOperator();
    await reconciled(cluster, 'exceptions', '2/2');
  });

  after(() => cluster.admin.delete(policy('exceptions')));

  async function except(name: string, spec: object): Promise<void> {
    made.add(name);
    await cluster.admin.create(exceptionObject(name, spec));
  }

  async function settled(name: string, conditions: Readonly<Record<string, string>>): Promise<void> {
    await eventually(`${name} says ${JSON.stringify(conditions)}`, async () => {
      const { status } = await cluster.admin.read(exception(name));
      expect(conditionsOf(status)).to.deep.equal(conditions);
    });
  }

  async function pods(): Promise<unknown> {
    const quota = await cluster.admin.read(slot(SHOP, QUOTA));
    return (quota['spec'] as { readonly hard: Readonly<Record<string, unknown>> }).hard['pods'];
  }

  it('removes the default-deny before its allows, and brings both back on time the other way round', async () => {
    const network = await cluster.admin.watch(NETWORK);
    const expirationTime = inSeconds(6);
    await except('open', { effect: 'Remove', slots: ['NetworkPolicy/*'], expirationTime });
    await settled('open', { Ready: 'True/InEffect' });
    const { status } = await cluster.admin.read(exception('open'));
    expect(status.matched).to.deep.equal({ namespaces: 1, slots: 3, names: [SHOP] });
    expect(messageOf(status, 'Ready')).to.equal(`Remove covers 3 slots in 1 namespace until ${expirationTime}`);
    await eventually('the witness saw it', () => expect(network.log(SHOP)).to.have.length(3));
    expect(network.log(SHOP)[0]).to.equal('DELETED parapet-default-deny');
    expect(await slotReport(cluster, SHOP, DENY)).to.include({
      state: 'Exempt',
      reason: 'ExceptionRemove',
      exception: 'open',
    });
    await reconciled(cluster, 'exceptions', '1/2');
    const { summary } = await cluster.admin.read(posture(SHOP));
    expect(summary).to.include({ state: 'Exempt', exempt: 3, drifted: 0 });
    expect((await cluster.admin.read(policy('exceptions'))).status.namespaces).to.include({ exempt: 1, drifted: 0 });

    // Until it ends nothing is asked of the API server for its sake: what comes then comes by the clock.
    const requests = await cluster.operatorRequests();
    const back = await until('the default-deny is back', async () =>
      (await requests()).find((entry) => spelled(entry) === `create networkpolicies ${SHOP}/parapet-default-deny`),
    );
    expect(lateness(back, expirationTime)).to.be.within(0, 2_000);
    const before = (await requests()).filter((entry) => lateness(entry, expirationTime) < 0);
    expect(writesOf(before).map(spelled)).to.deep.equal([]);
    expect(before.filter(({ verb }) => verb === 'list' || verb === 'get').map(spelled)).to.deep.equal([]);

    await settled('open', { Ready: 'True/Expired', Degraded: 'True/Expired' });
    await reconciled(cluster, 'exceptions', '2/2');
    await eventually('the witness saw it', () => expect(network.log(SHOP)).to.have.length(6));
    network.close();
    expect(network.log(SHOP)[5]).to.equal('ADDED parapet-default-deny');
    // It was no drift: nothing was repaired.
    expect((await cluster.admin.read(posture(SHOP))).recentRepairs).to.deep.equal([]);
  });

  it('ignores what a tenant makes of a slot, and takes it back when it ends, squatted or not', async () => {
    await except('free', { effect: 'Ignore', slots: [QUOTA], expirationTime: inSeconds(5) });
    await settled('free', { Ready: 'True/InEffect' });
    await cluster.admin.edit(slot(SHOP, QUOTA), { spec: { hard: { pods: '99' } } });
    await cluster.admin.edit(namespace(SHOP), { metadata: { labels: { touched: 'yes' } } });
    expect(await slotReport(cluster, SHOP, QUOTA)).to.include({ state: 'Exempt', reason: 'ExceptionIgnore' });
    expect(await pods()).to.equal('99');
    await cluster.admin.delete(slot(SHOP, QUOTA));
    const squatter = { ...slot(SHOP, QUOTA), metadata: { name: 'parapet-compute', namespace: SHOP } };
    await cluster.admin.create({ ...squatter, spec: { hard: { pods: '500' } } }, 'tenant');
    await eventually('the quota is ours again', async () => expect(await pods()).to.equal('10'));
    await eventually('the repair is told', async () => {
      const [repair] = (await cluster.admin.read(posture(SHOP))).recentRepairs ?? [];
      expect(repair).to.include({ slot: QUOTA, kind: 'Replaced' });
    });
  });

  it('overrides a slot, keeps it so against tampering, and lets it go when it is deleted early', async () => {
    const override = { resourceQuotas: [{ name: 'compute', hard: { pods: 50 } }] };
    await except('larger', { effect: 'Override', override });
    await settled('larger', { Ready: 'True/InEffect' });
    expect(await pods()).to.equal('50');
    await cluster.admin.edit(slot(SHOP, QUOTA), { spec: { hard: { pods: '51' } } });
    await eventually('it is repaired to the override', async () => {
      expect((await cluster.admin.read(posture(SHOP))).recentRepairs?.[0]).to.include({
        slot: QUOTA,
        kind: 'Modified',
      });
      expect(await pods()).to.equal('50');
    });
    expect(await cluster.kubectl(['get', 'secexc', 'larger'])).to.match(
      /NAME +EFFECT +OWNER +MATCHED +EXPIRES +AGE\nlarger +Override +shop +1 +\d{4}-\d\d-\d\dT/,
    );
    await cluster.admin.delete(exception('larger'));
    await eventually('the policy has it again', async () => expect(await pods()).to.equal('10'));
    await eventually('its report forgets the exception', async () => {
      expect(await slotReport(cluster, SHOP, QUOTA))
        .to.include({ state: 'OK' })
        .and.not.have.property('exception');
    });
  });

  it('that ends while no operator runs has ended when one does', async () => {
    await except('open', { effect: 'Remove', slots: ['*/parapet-on-call'], expirationTime: inSeconds(4) });
    await settled('open', { Ready: 'True/InEffect' });
    expect(await cluster.admin.get(slot(SHOP, 'RoleBinding/parapet-on-call'))).to.equal(undefined);
    await withoutSharedOperator();
    const { spec } = await cluster.admin.read(exception('open'));
    await until('it is over', () => Date.now() > Date.parse(String(spec['expirationTime'])));
    expect(await cluster.admin.get(slot(SHOP, 'Role/parapet-on-call'))).to.equal(undefined);
    await sharedOperator();
    await until('the binding is back', () => cluster.admin.get(slot(SHOP, 'RoleBinding/parapet-on-call')));
    await settled('open', { Ready: 'True/Expired', Degraded: 'True/Expired' });
  });

  it('of a suspended policy writes nothing', async () => {
    await cluster.admin.edit(policy('exceptions'), { spec: { suspend: true } });
    await eventually('it is suspended', async () => {
      const { status, metadata } = await cluster.admin.read(policy('exceptions'));
      expect(status.observedGeneration).to.equal(metadata.generation);
      expect(conditionsOf(status)).to.include({ Suspended: 'True/Suspended' });
    });
    const requests = await cluster.operatorRequests();
    await except('open', { effect: 'Remove' });
    await settled('open', { Ready: 'True/InEffect' });
    const writes = writesOf(await requests()).map(spelled);
    expect(writes.filter((write) => write.startsWith('delete'))).to.deep.equal([]);
    expect(await cluster.admin.get(slot(SHOP, DENY))).to.not.equal(undefined);
    await cluster.admin.edit(policy('exceptions'), { spec: { suspend: false } });
    await until('it is removed once the policy acts', async () => !(await cluster.admin.get(slot(SHOP, DENY))));
  });

  it('that lasts too long has no effect and says so, until its end is nearer', async () => {
    await except('for-ever', { effect: 'Remove', expirationTime: '2099-01-01T00:00:00Z' });
    await settled('for-ever', { Ready: 'False/TooLong', Stalled: 'True/TooLong' });
    const { status } = await cluster.admin.read(exception('for-ever'));
    expect(messageOf(status, 'Stalled')).to.include('longer than 90d (--max-exception-duration)');
    expect(await cluster.admin.get(slot(SHOP, DENY))).to.not.equal(undefined);
    await cluster.admin.edit(exception('for-ever'), { spec: { expirationTime: inSeconds(60) } });
    await settled('for-ever', { Ready: 'True/InEffect' });
  });

  it('that covers nothing is a finding, as an Event and in the metrics too', async () => {
    await except('astray', { effect: 'Remove', policyNames: ['no-such-policy'] });
    await settled('astray', { Ready: 'True/MatchesNothing', Degraded: 'True/MatchesNothing' });
    await eventually('it is told', async () => {
      const events = await cluster.admin.list<EventObject>({ apiVersion: 'v1', kind: 'Event', namespace: 'default' });
      const reasons = events.filter((event) => event.involvedObject.name === 'astray').map(({ reason }) => reason);
      expect(reasons).to.include('MatchesNothing');
    });
    const operator = await sharedOperator();
    expect(await operator.metric('parapet_exceptions', { state: 'unmatched' })).to.equal(1);
    const expiration = 'parapet_exception_expiration_timestamp_seconds';
    expect(await operator.metric(expiration, { exception: 'astray' })).to.be.above(Date.now() / 1000);
    await cluster.admin.edit(exception('astray'), { spec: { policyNames: ['exceptions'] } });
    await settled('astray', { Ready: 'True/InEffect' });
    await cluster.admin.delete(exception('astray'));
    await until('its series is gone', async () => !(await operator.metrics()).includes('exception="astray"'));
  });
});

/** Milliseconds from the moment to the request. */
function lateness({ requestReceivedTimestamp }: AuditEntry, moment: string): number {
  return Date.parse(requestReceivedTimestamp) - Date.parse(moment);
}
