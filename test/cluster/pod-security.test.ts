import { expect } from 'chai';
import { isWrite } from '../../hack/support/audit-log.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { sharedCluster, uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { namespace, policy, posture } from './harness/refs.ts';
import { reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const LABEL = 'parapet.dev/pod-security';
const PREFIX = 'pod-security.kubernetes.io/';
type Labels = Readonly<Record<string, string | null>>;

function prefixed(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${PREFIX}${key}`, value]));
}

describe('podSecurity', function () {
  this.timeout(60_000);
  const name = uniqueName('levels');
  const strict = `${name}-strict`;
  let cluster: Cluster;
  let operator: OperatorProcess;
  let team: string;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    await createPolicy(name, { enforce: 'baseline', warn: 'restricted', version: 'v1.31' });
    team = await cluster.createNamespace({ [LABEL]: name });
  });

  async function createPolicy(called: string, podSecurity: object): Promise<void> {
    const { apiVersion, kind } = policy(called);
    const namespaceSelector = { matchLabels: { [LABEL]: name } };
    const spec = { mode: 'Enforce', tightening: 'Apply', namespaceSelector, podSecurity };
    await cluster.admin.create({ apiVersion, kind, metadata: { name: called }, spec });
  }

  function relabel(labels: Labels, manager = 'tenant') {
    return cluster.admin.edit(namespace(team), { metadata: { labels: prefixed(labels) } }, manager);
  }

  async function levels(of = team): Promise<Labels> {
    const { labels = {} } = (await cluster.admin.read(namespace(of))).metadata;
    const own = Object.entries(labels).filter(([key]) => key.startsWith(PREFIX));
    return Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value]));
  }

  async function become(labels: Labels): Promise<void> {
    await eventually(`the labels are ${JSON.stringify(labels)}`, async () => {
      expect(await levels()).to.deep.equal(labels);
    });
  }

  async function repaired(kind: string, actor: string): Promise<void> {
    await eventually(`the repair of ${kind} by ${actor} is reported`, async () => {
      const { recentRepairs } = await cluster.admin.read(posture(team));
      expect(recentRepairs?.[0]).to.include({ slot: `Namespace/${team}`, kind, actor });
    });
  }

  const wanted = { enforce: 'baseline', 'enforce-version': 'v1.31', warn: 'restricted', 'warn-version': 'v1.31' };

  it('sets the labels of a selected namespace, by one apply, and keeps what stood there before', async () => {
    await become(wanted);
    await reconciled(cluster, name, '1/1');
    const report = await slotReport(cluster, team, `Namespace/${team}`);
    expect(report).to.include({ state: 'OK' });
    expect(JSON.parse(report.before ?? '')).to.have.property(
      '/metadata/labels/pod-security.kubernetes.io~1enforce',
      null,
    );
    expect((await cluster.admin.read(posture(team))).recentRepairs).to.deep.equal([]);
  });

  it('repairs a level that a tenant lowered, and names him', async () => {
    await operator.unawares(() => relabel({ enforce: 'privileged' }));
    await repaired('Modified', 'tenant');
    expect(await levels()).to.deep.equal(wanted);
  });

  it('repairs a label that a tenant removed', async () => {
    await operator.unawares(() => relabel({ enforce: null, 'enforce-version': null }));
    await repaired('Missing', 'unknown');
    expect(await levels()).to.deep.equal(wanted);
  });

  it('leaves a tenant’s stricter level, other labels and other managers’ fields, and writes nothing for them', async () => {
    const requests = await cluster.operatorRequests();
    await relabel({ enforce: 'restricted', audit: 'baseline' });
    await cluster.admin.edit(
      namespace(team),
      { metadata: { labels: { team: 'a' }, annotations: { note: 'x' } } },
      'helm',
    );
    // A namespace that comes later is served after this one was looked at.
    const other = await cluster.createNamespace({ [LABEL]: name });
    await eventually('the other one has its labels', async () => expect(await levels(other)).to.deep.equal(wanted));
    await reconciled(cluster, name, '2/2');
    expect(await levels()).to.deep.equal({ ...wanted, enforce: 'restricted', audit: 'baseline' });
    const writes = (await requests()).filter((entry) => isWrite(entry) && entry.objectRef?.namespace === team);
    expect(writes).to.deep.equal([]);
    expect(await slotReport(cluster, team, `Namespace/${team}`)).to.include({ state: 'OK' });
    await cluster.admin.delete(namespace(other));
    await relabel({ enforce: 'baseline', audit: null });
  });

  it('takes the strictest of two policies for each mode, with its version', async () => {
    await createPolicy(strict, { enforce: 'restricted', audit: 'baseline', warn: 'privileged' });
    await become({ enforce: 'restricted', audit: 'baseline', warn: 'restricted', 'warn-version': 'v1.31' });
    await reconciled(cluster, strict, '1/1');
    const report = await slotReport(cluster, team, `Namespace/${team}`);
    expect(report.policies).to.deep.equal([strict, name].toSorted());
  });

  it('lowers what it set itself, when the policy asks for less', async () => {
    await cluster.admin.edit(policy(strict), { spec: { podSecurity: { enforce: 'baseline', version: 'v1.31' } } });
    await eventually('enforce is lowered', async () => {
      expect(await levels()).to.include({ enforce: 'baseline', 'enforce-version': 'v1.31', audit: 'baseline' });
    });
    await reconciled(cluster, strict, '1/1');
  });

  it('tells what an Audit policy would set, and sets nothing', async () => {
    const looking = `${name}-looking`;
    const { apiVersion, kind } = policy(looking);
    const namespaceSelector = { matchLabels: { [LABEL]: name } };
    const spec = { mode: 'Audit', namespaceSelector, podSecurity: { enforce: 'restricted' } };
    const before = await levels();
    await cluster.admin.create({ apiVersion, kind, metadata: { name: looking }, spec });
    await reconciled(cluster, looking, '0/1');
    expect(await slotReport(cluster, team, `Namespace/${team}`)).to.include({ state: 'OK', reason: 'AuditDrift' });
    expect(await levels()).to.deep.equal(before);
    await cluster.admin.delete(policy(looking));
  });

  it('keeps the labels when nobody asks for them any more', async () => {
    const before = await levels();
    const limitRange = { limits: [{ type: 'Container', max: { cpu: '4' } }] };
    await cluster.admin.delete(policy(strict));
    await cluster.admin.edit(policy(name), { spec: { podSecurity: null, limitRange } });
    await eventually('it is told', async () => {
      expect(await slotReport(cluster, team, `Namespace/${team}`)).to.include({ state: 'Orphaned' });
    });
    expect(await levels()).to.deep.equal(before);
  });

  it('puts back under Delete what stood there before', async () => {
    const fresh = `${name}-fresh`;
    const { apiVersion, kind } = policy(fresh);
    const before = { enforce: 'privileged', 'enforce-version': 'v1.20' };
    const other = await cluster.createNamespace(prefixed(before) as Readonly<Record<string, string>>);
    const spec = {
      mode: 'Enforce',
      tightening: 'Apply',
      deletionPolicy: 'Delete',
      namespaceSelector: {},
      includeNames: [other],
      podSecurity: { enforce: 'restricted', audit: 'restricted' },
    };
    await cluster.admin.create({ apiVersion, kind, metadata: { name: fresh }, spec });
    const set = { enforce: 'restricted', 'enforce-version': 'latest', audit: 'restricted' };
    await eventually('the levels are set', async () => expect(await levels(other)).to.deep.equal(set));
    await reconciled(cluster, fresh, '1/1');
    await cluster.admin.edit(policy(fresh), { spec: { includeNames: ['elsewhere'] } });
    await eventually('all is as it was', async () => expect(await levels(other)).to.deep.equal(before));
    await eventually('and the report is gone', async () => {
      expect(await cluster.admin.get(posture(other))).to.equal(undefined);
    });
    await cluster.admin.delete(policy(fresh));
  });

  it('serves a policy at once that selects by a label it sets itself', async () => {
    const setter = `${name}-setter`;
    const follower = `${name}-follower`;
    const { apiVersion, kind } = policy(setter);
    const other = await cluster.createNamespace();
    const common = { mode: 'Enforce', tightening: 'Apply', includeNames: [other] };
    const limitRange = { limits: [{ type: 'Container', max: { cpu: '4' } }] };
    const matchLabels = prefixed({ enforce: 'baseline' });
    const follow = { ...common, namespaceSelector: { matchLabels }, limitRange };
    await cluster.admin.create({ apiVersion, kind, metadata: { name: follower }, spec: follow });
    await reconciled(cluster, follower, '0/0');
    const set = { ...common, namespaceSelector: {}, podSecurity: { enforce: 'baseline' } };
    await cluster.admin.create({ apiVersion, kind, metadata: { name: setter }, spec: set });
    await reconciled(cluster, follower, '1/1');
    for (const each of [setter, follower]) await cluster.admin.delete(policy(each));
  });
});
