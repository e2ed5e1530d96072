import { expect } from 'chai';
import { LONGEST_GAP_MS, QUIET_MS } from '../../src/plan/pace.ts';
import { closed, DENY, FoughtNamespace, networkPolicy, opened, SECOND } from './support/fought-namespace.ts';

const DNS = 'NetworkPolicy/parapet-allow-dns';
const SAME = 'NetworkPolicy/parapet-allow-same-namespace';
const QUOTA = 'ResourceQuota/parapet-compute';
const ROLE = 'Role/parapet-on-call';
const BINDING = 'RoleBinding/parapet-on-call';
const REPORT = 'NamespacePosture/parapet';

const resourceQuotas = [{ name: 'compute', hard: { pods: 10 } }];
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const roles = [{ name: 'on-call', rules, subjects: [{ kind: 'Group', name: 'on-call' }] }];

const raised = { spec: { hard: { pods: '1000' } } };

describe('Brake', function () {
  this.timeout(30_000);
  let operated: FoughtNamespace;

  async function operate(spec: Readonly<Record<string, unknown>>): Promise<FoughtNamespace> {
    operated = new FoughtNamespace(spec);
    await operated.start();
    expect(operated.posture.summary).to.include({ state: 'Compliant' });
    await operated.advance(SECOND);
    expect(operated.brake.size).to.equal(0);
    return operated;
  }
  afterEach(() => operated.stop());

  it('repairs the first three at once, then 1, 2, 4, 8 and at most 15 seconds apart, by itself', async () => {
    await operate({ networkPolicy });
    const repairs = await operated.fight(120 * SECOND);
    const gaps = repairs.slice(1).map((at, index) => Math.round((at - (repairs[index] ?? 0)) / 100) / 10);
    expect(gaps).to.deep.equal([0.1, 0.1, 1, 2, 4, 8, 15, 15, 15, 15, 15, 15]);
  });

  it('calls the object contested after ten repairs, on the policy that stays ready, and tells it once', async () => {
    await operate({ networkPolicy });
    await operated.fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    expect(operated.isOpen).to.equal(false);
    const report = operated.slotReport(DENY);
    expect(report).to.include({ state: 'OK', reason: 'Contested' });
    expect(report?.contest).to.include({ manager: 'argocd-controller', repairs: 13 });
    expect(report?.message).to.match(/^argocd-controller keeps changing it: 13 repairs since 2026-.*kubectl get /);
    expect(operated.conditions).to.deep.equal(['Ready', 'Contested']);
    const condition = operated.status.conditions?.find(({ type }) => type === 'Contested');
    expect(condition).to.include({ reason: 'Contested' });
    expect(condition?.message).to.include(`1 namespace, such as team-a: ${DENY}: argocd-controller keeps changing it`);
    expect(operated.events.filter((event) => event === 'Warning Contested')).to.have.length(2); // posture and policy
    expect(operated.events.filter((event) => event === 'Normal Repaired')).to.have.length(10);
  });

  it('counts what it paced, and each drift once', async () => {
    await operate({ networkPolicy });
    await operated.fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    const text = await operated.metrics.registry.metrics();
    expect(text).to.include('parapet_contested_objects{policy="baseline",resource="NetworkPolicy"} 1');
    const labels = '{policy="baseline",resource="NetworkPolicy",kind="Modified"}';
    expect(text).to.include(`parapet_repairs_paced_total${labels} 10`);
    expect(text).to.include(`parapet_drift_repaired_total${labels} 13`);
    expect(text).to.include(`parapet_drift_detected_total${labels} 13`);
  });

  it('takes for a tampering what somebody wrote before the answer to a repair came', async () => {
    await operate({ networkPolicy });
    operated.beforeAnswer = (slot) => {
      if (slot === DENY && operated.writesOf(DENY).length < 6) operated.edited(DENY, opened, 'argocd-controller');
    };
    await operated.tamper(DENY, opened, 'argocd-controller');
    expect(operated.posture.recentRepairs).to.have.length(3);
    expect(operated.slotReport(DENY)?.contest).to.include({ repairs: 3 });
  });

  it('reports an object that is open, with who opened it and when that was seen', async () => {
    await operate({ networkPolicy });
    await operated.fight(2.5 * SECOND);
    expect(operated.slotReport(DENY)).to.include({ state: 'Modified', reason: 'Paced' });
    expect(operated.slotReport(DENY)?.diffs?.[0]).to.include({ actor: 'argocd-controller' });
    expect(operated.conditions).to.deep.equal(['Ready', 'Drifted']);
    const seen = operated.timing.date().getTime();
    await operated.advance(2 * SECOND);
    const [repair] = operated.posture.recentRepairs ?? [];
    expect(Date.parse(repair?.detectedTime ?? '')).to.be.below(seen);
    expect(operated.slotReport(DENY)).to.include({ state: 'OK', reason: 'Paced' });
  });

  it('ends with ten quiet minutes, of which nothing is written but their end', async () => {
    await operate({ networkPolicy });
    await operated.fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    const last = operated.writesOf(DENY).at(-1) ?? 0;
    const before = operated.writes.length;
    await operated.advance(last + QUIET_MS - 1 - operated.now);
    expect(operated.conditions).to.deep.equal(['Ready', 'Contested']);
    expect(operated.writes.slice(before)).to.deep.equal([]);
    await operated.advance(2 * SECOND);
    expect(operated.writes.slice(before).map(({ slot }) => slot)).to.deep.equal([REPORT]);
    expect(operated.slotReport(DENY)).not.to.have.any.keys('contest', 'reason', 'message');
    expect(operated.conditions).to.deep.equal(['Ready']);
    expect(operated.brake.size).to.equal(0);
    expect(await operated.metrics.registry.metrics()).not.to.include('parapet_contested_objects{');
    expect(await operated.fight(SECOND / 2)).to.have.length(3);
  });

  it('keeps no other object of the namespace waiting', async () => {
    await operate({ networkPolicy, resourceQuotas });
    await operated.fight(20 * SECOND);
    expect(operated.isOpen).to.equal(true);
    const at = operated.now;
    await operated.tamper(QUOTA, raised);
    await operated.remove(DNS);
    expect(operated.isOpen).to.equal(true);
    expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '10' } });
    expect(operated.contentOf(DNS)).not.to.equal(undefined);
    expect([...operated.writesOf(QUOTA), ...operated.writesOf(DNS)].filter((time) => time > at + 1)).to.deep.equal([]);
  });

  it('keeps no rollout of a policy waiting: allows are created while their default-deny waits', async () => {
    await operate({ networkPolicy });
    await operated.fight(20 * SECOND);
    await operated.edit({ networkPolicy: { ...networkPolicy, allow: ['DNS', 'SameNamespace'] }, resourceQuotas });
    expect(operated.isOpen).to.equal(true);
    expect(operated.contentOf(SAME)).not.to.equal(undefined);
    expect(operated.contentOf(QUOTA)).not.to.equal(undefined);
    await operated.advance(LONGEST_GAP_MS);
    expect(operated.isOpen).to.equal(false);
  });

  it('rolls out an edit of what was just repaired at once: that is no repair', async () => {
    await operate({ networkPolicy });
    await operated.fight(20 * SECOND);
    while (operated.isOpen) await operated.advance(100);
    const at = operated.now;
    await operated.edit({ networkPolicy: { ...networkPolicy, defaultDeny: ['Ingress'] } });
    expect(operated.contentOf(DENY)).to.deep.equal({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(operated.now).to.equal(at);
    expect(operated.slotReport(DENY)?.contest).to.include({ repairs: 8 });
  });

  it('forgets a namespace with it, and those that were quiet when another is repaired', async () => {
    await operate({ networkPolicy });
    await operated.tamper(DENY, opened);
    expect(operated.brake.size).to.equal(1);
    await operated.removeNamespace();
    expect(operated.brake.size).to.equal(0);
    for (const [slot, afterMs] of [
      [DENY, 0],
      [DNS, QUIET_MS],
    ] as const) {
      await operated.advance(afterMs);
      const report = { slots: [{ slot, repaired: 'Modified', actor: 'tenant' }], namespace: `team-${slot}` };
      operated.brake.of(`team-${slot}`, undefined).report(report as never, new Map());
      expect(operated.brake.size).to.equal(1);
    }
  });

  it('prunes no allow before the default-deny, whose turn is yet to come, has opened its direction', async () => {
    await operate({ networkPolicy });
    await operated.fight(20 * SECOND);
    await operated.edit({ networkPolicy: { defaultDeny: ['Ingress'] } });
    expect(operated.slotReport(DNS)).to.include({
      state: 'Unwanted',
      reason: 'Paced',
      message: `waits for ${DENY}: its repairs are paced`,
    });
    await operated.advance(LONGEST_GAP_MS);
    expect(operated.contentOf(DNS)).to.equal(undefined);
    const [denyAt = 0, dnsAt = 0] = [operated.writesOf(DENY).at(-1), operated.writesOf(DNS).at(-1)];
    expect(dnsAt).to.be.at.least(denyAt);
  });

  it('lets a RoleBinding wait for its Role, and repairs both at the Role’s turn', async () => {
    await operate({ roles });
    const wider = { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] };
    for (let round = 0; round < 4; round += 1) await operated.tamper(ROLE, wider);
    await operated.remove(BINDING);
    expect(operated.server.get(BINDING)).to.equal(undefined);
    expect(operated.slotReport(BINDING)).to.include({
      state: 'Missing',
      reason: 'Paced',
      message: `waits for ${ROLE}: its repairs are paced`,
    });
    await operated.advance(SECOND);
    expect(operated.contentOf(ROLE)).to.deep.equal(rules);
    expect(operated.server.get(BINDING)).not.to.equal(undefined);
    expect(operated.slotReport(BINDING)).to.include({ state: 'OK' }).and.not.have.property('reason');
  });

  it('writes two reports a repair at most, whatever is done to the object before its turn', async () => {
    await operate({ networkPolicy });
    await operated.fight(20 * SECOND);
    const [reports, repairs] = [operated.writesOf(REPORT).length, operated.writesOf(DENY).length];
    for (let round = 0; round < 300; round += 1) {
      await operated.advance(100);
      await operated.tamper(DENY, round % 3 === 0 ? { spec: closed } : opened, `bot-${round}`);
      if (round % 50 === 0) await operated.tamper(DENY, { spec: { ...closed, egress: [{}] } });
    }
    const repaired = operated.writesOf(DENY).length - repairs;
    expect(repaired).to.be.within(2, 3);
    expect(operated.writesOf(REPORT).length - reports).to.be.at.most(2 * repaired + 2);
  });

  it('tells once a second of a repair that somebody else’s writes keep overtaking, and counts it once', async () => {
    await operate({ networkPolicy });
    const reports = operated.writesOf(REPORT).length;
    let overtaken = 0;
    operated.beforeCommit = (slot) => {
      if (slot !== DENY || overtaken === 50) return;
      overtaken += 1;
      operated.edited(DENY, { spec: { ...closed, ingress: [{ ports: [{ port: overtaken }] }] } }, `bot-${overtaken}`);
    };
    await operated.tamper(DENY, opened);
    await operated.advance(SECOND);
    expect(overtaken).to.equal(50);
    expect(operated.contentOf(DENY)).to.deep.equal(closed);
    expect(operated.writesOf(REPORT).length - reports).to.be.at.most(2);
    const text = await operated.metrics.registry.metrics();
    expect(text).to.match(/parapet_drift_detected_total{.*kind="Modified"} 1$/m);
  });

  it('believes nobody that an object is closed again until its turn, and then says so without a repair', async () => {
    await operate({ networkPolicy });
    await operated.fight(20 * SECOND);
    await operated.tamper(DENY, { spec: closed }, 'argocd-controller');
    expect(operated.slotReport(DENY)).to.include({ state: 'Modified' });
    const repairs = operated.writesOf(DENY).length;
    await operated.advance(LONGEST_GAP_MS);
    expect(operated.slotReport(DENY)).to.include({ state: 'OK', reason: 'Paced' });
    expect(operated.writesOf(DENY)).to.have.length(repairs);
  });
});
