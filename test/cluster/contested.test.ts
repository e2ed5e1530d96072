import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { CONTESTED_REPAIRS, LONGEST_GAP_MS, QUICK_REPAIRS } from '../../src/plan/pace.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { Cluster } from './harness/cluster.ts';
import { uniqueName } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, reconciled, slotReport } from './harness/reports.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const ROLE = 'Role/parapet-on-call';
const BINDING = 'RoleBinding/parapet-on-call';
const RIVAL = 'rival-controller';
const group = { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io' };
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];

const spec = {
  mode: 'Enforce',
  networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] },
  resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }],
  podSecurity: { enforce: 'baseline' },
  limitRange: { limits: [{ type: 'Container', default: { cpu: '500m' } }] },
  roles: [{ name: 'on-call', rules, subjects: [{ kind: 'Group', name: 'on-call' }] }],
};
const LEVEL = 'pod-security.kubernetes.io/enforce';
/** What another controller wants of our objects. */
const wishes: Readonly<Record<string, object>> = {
  [DENY]: { spec: { ingress: [{}] } },
  [ROLE]: { rules: [...rules, { apiGroups: [''], resources: ['pods'], verbs: ['delete'] }] },
  [BINDING]: { subjects: ['on-call', 'mallory'].map((name) => ({ ...group, name })) },
};

describe('Another controller that undoes every repair', function () {
  this.timeout(150_000);
  const name = uniqueName('contested');
  let cluster: Cluster;
  let operator: OperatorProcess;
  let fought: string;
  /** Where the RoleBinding is: it would wait for its Role elsewhere. */
  let courted: string;
  let calm: string;
  /** Where only a label of the namespace itself is fought over. */
  let labelled: string;
  let requests: () => Promise<readonly AuditEntry[]>;
  const rivals: Promise<void>[] = [];
  const peace = new AbortController();

  const where = (id: string): string => (id === BINDING ? courted : fought);
  /** Writes what it wants, again and again: a write that changes nothing costs it nothing. */
  async function undo(id: string): Promise<void> {
    const wish = wishes[id] ?? {};
    while (!peace.signal.aborted) {
      // Where somebody else has just written it comes again.
      await cluster.admin.edit(slot(where(id), id), wish, RIVAL).catch(() => undefined);
      await delay(20);
    }
  }
  /** As a GitOps tool does whose source has the namespace with a looser label. */
  async function loosen(): Promise<void> {
    while (!peace.signal.aborted) {
      const wish = { metadata: { labels: { [LEVEL]: 'privileged' } } };
      await cluster.admin.edit(namespace(labelled), wish, RIVAL).catch(() => undefined);
      await delay(20);
    }
  }
  /** The operator's successful writes of one object, in milliseconds. */
  async function repairsOf(id: string): Promise<readonly number[]> {
    const { kind, name: wanted, namespace: inNamespace } = slot(where(id), id);
    const plural = objectKindOf(kind)?.resource.plural;
    const found = writesOf(await requests()).filter(
      ({ objectRef: { namespace: writtenIn, resource, name: written } = {}, responseStatus }) =>
        writtenIn === inNamespace && resource === plural && written === wanted && responseStatus?.code === 200,
    );
    return found.map(({ stageTimestamp }) => Date.parse(stageTimestamp));
  }
  const gaps = (times: readonly number[]): readonly number[] =>
    times.slice(1).map((at, index) => at - (times[index] ?? 0));
  /** How long it takes until an object is back that somebody deleted, in milliseconds. */
  async function repairTime(inNamespace: string, id: string): Promise<number> {
    const from = performance.now();
    await cluster.admin.delete(slot(inNamespace, id));
    await eventually(`${id} is back`, () => cluster.admin.read(slot(inNamespace, id)));
    return performance.now() - from;
  }

  before(async () => {
    cluster = await withoutSharedOperator();
    operator = await cluster.startOperator();
    await operator.working();
    const create = (): Promise<string> => cluster.createNamespace({ contested: name });
    [fought, courted, calm, labelled] = [await create(), await create(), await create(), await create()];
    await cluster.admin.create({
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: { name },
      spec: { ...spec, namespaceSelector: { matchLabels: { contested: name } } },
    });
    await reconciled(cluster, name, '4/4');
    requests = await cluster.operatorRequests();
    rivals.push(...Object.keys(wishes).map(undo), loosen());
  });
  after(async () => {
    peace.abort();
    await Promise.all(rivals);
    await operator.stop();
    await cluster.admin.delete(policy(name));
    // A fight that ends is a write ten minutes later: no other suite is to count it.
    for (const team of [fought, courted, calm, labelled]) await cluster.admin.delete(namespace(team));
  });

  it('is answered three times at once, and then ever more slowly', async () => {
    await eventually('six repairs', async () => expect(await repairsOf(DENY)).to.have.length.at.least(6));
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = gaps(await repairsOf(DENY));
    expect([first, second].every((ms) => ms < 1_000)).to.equal(true);
    expect(third).to.be.within(990, 2_000);
    expect(fourth).to.be.within(1_990, 3_000);
    expect(fifth).to.be.within(3_990, 5_000);
  });

  it('is told of while the object stands open: by whom, since when, and that the repair is paced', async () => {
    const found = await eventually('it is reported open', async () => {
      const report = await slotReport(cluster, fought, DENY);
      expect(report).to.include({ state: 'Modified', reason: 'Paced' });
      return report;
    });
    expect(found.message).to.match(new RegExp(`^${RIVAL} keeps changing it: \\d+ repairs since `));
    expect(found.contest).to.include({ manager: RIVAL });
    expect(found.diffs?.[0]).to.include({ pointer: '/spec/ingress', actor: RIVAL });
  });

  // By now the next repair of what is fought over is eight seconds away.
  it('keeps neither the other objects of the namespace waiting nor other namespaces', async () => {
    for (const id of [
      'LimitRange/parapet-limits',
      'ResourceQuota/parapet-compute',
      'NetworkPolicy/parapet-allow-dns',
    ]) {
      expect(await repairTime(fought, id), id).to.be.below(3_000);
    }
    for (const id of [DENY, ROLE]) expect(await repairTime(calm, id), id).to.be.below(3_000);
  });

  it('wins nothing by a restart of the operator', async () => {
    expect((await repairsOf(DENY)).length).to.be.below(CONTESTED_REPAIRS);
    const { contest } = await slotReport(cluster, fought, DENY);
    await operator.stop();
    const before = await repairsOf(DENY);
    operator = await cluster.startOperator();
    await operator.working();
    const after = await eventually(
      'two more repairs',
      async () => {
        const found = await repairsOf(DENY);
        expect(found).to.have.length.at.least(before.length + 2);
        return found;
      },
      45_000,
    );
    const [last = 0, next = 0] = gaps(after).slice(-2);
    // Eight seconds was the pace at the sixth repair.
    expect(last).to.be.within(7_990, LONGEST_GAP_MS + 5_000);
    expect(next).to.be.within(7_990, LONGEST_GAP_MS + 1_000);
    expect((await slotReport(cluster, fought, DENY)).contest?.since).to.equal(contest?.since);
  });

  it('is called out after ten repairs, on a policy that stays ready', async () => {
    await eventually(
      'all four are contested',
      async () => {
        for (const id of Object.keys(wishes)) {
          expect(await slotReport(cluster, where(id), id)).to.include({ reason: 'Contested' });
        }
        expect(await slotReport(cluster, labelled, `Namespace/${labelled}`)).to.include({ reason: 'Contested' });
      },
      90_000,
    );
    await eventually('the policy tells', async () => {
      const { status } = await cluster.admin.read(policy(name));
      expect(conditionsOf(status)).to.include({ Ready: 'True/Succeeded', Contested: 'True/Contested' });
      expect(messageOf(status, 'Contested')).to.match(
        /^3 namespaces, such as .*: rival-controller keeps changing it: /,
      );
      expect(await operator.metric('parapet_contested_objects', { policy: name })).to.equal(4);
    });
    expect(await operator.metric('parapet_repairs_paced_total', { policy: name })).to.be.at.least(3);
    expect(await slotReport(cluster, calm, DENY)).not.to.have.property('contest');
  });

  it('is called out over a label of the namespace as well, by name, after few flips', async () => {
    const report = await eventually(
      'the label is contested',
      async () => {
        const found = await slotReport(cluster, labelled, `Namespace/${labelled}`);
        expect(found).to.include({ reason: 'Contested' });
        return found;
      },
      60_000,
    );
    expect(report.contest).to.include({ manager: RIVAL });
    const flips = writesOf(await requests()).filter(
      ({ objectRef, responseStatus }) =>
        objectRef?.resource === 'namespaces' && objectRef.name === labelled && responseStatus?.code === 200,
    );
    expect(flips.length).to.be.within(CONTESTED_REPAIRS, CONTESTED_REPAIRS + 6);
  });

  it('has cost few writes in all: the repairs, and two reports for each', async () => {
    for (const id of Object.keys(wishes)) {
      const repairs = await repairsOf(id);
      expect(repairs.length, id).to.be.within(CONTESTED_REPAIRS, CONTESTED_REPAIRS + 5);
      expect(
        gaps(repairs)
          .slice(QUICK_REPAIRS - 1)
          .every((ms) => ms > 990),
        id,
      ).to.equal(true);
    }
    const writes = writesOf(await requests()).filter(({ objectRef }) => objectRef?.namespace === fought);
    // Two objects, and the three that were deleted.
    expect(writes.length).to.be.below(3 * 2 * (CONTESTED_REPAIRS + 5) + 2 * 3);
  });

  it('leaves nothing open when it stops', async () => {
    peace.abort();
    await eventually(
      'the posture is restored',
      async () => {
        expect((await cluster.admin.read(posture(fought))).summary).to.include({ state: 'Compliant', drifted: 0 });
      },
      LONGEST_GAP_MS + 5_000,
    );
    expect((await cluster.admin.read(slot(fought, DENY)))['spec']).not.to.have.property('ingress');
    expect((await cluster.admin.read(slot(fought, ROLE)))['rules']).to.deep.equal(rules);
  });
});
