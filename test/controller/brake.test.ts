import { expect } from 'chai';
import fc from 'fast-check';
import { LONGEST_GAP_MS, QUIET_MS } from '../../src/plan/pace.ts';
import { OperatedNamespace } from './support/operated-namespace.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const DNS = 'NetworkPolicy/parapet-allow-dns';
const SAME = 'NetworkPolicy/parapet-allow-same-namespace';
const QUOTA = 'ResourceQuota/parapet-compute';
const ROLE = 'Role/parapet-on-call';
const BINDING = 'RoleBinding/parapet-on-call';
const REPORT = 'NamespacePosture/parapet';

const SECOND = 1_000;
const networkPolicy = { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] };
const resourceQuotas = [{ name: 'compute', hard: { pods: 10 } }];
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const roles = [{ name: 'on-call', rules, subjects: [{ kind: 'Group', name: 'on-call' }] }];

const closed = { podSelector: {}, policyTypes: ['Egress', 'Ingress'] };
const opened = { spec: { ...closed, ingress: [{}] } };
const raised = { spec: { hard: { pods: '1000' } } };

describe('Brake', function () {
  this.timeout(30_000);
  let operated: OperatedNamespace;

  async function operate(spec: Readonly<Record<string, unknown>>): Promise<OperatedNamespace> {
    operated = new OperatedNamespace(spec);
    await operated.start();
    expect(operated.posture.summary).to.include({ state: 'Compliant' });
    await operated.advance(SECOND);
    return operated;
  }
  afterEach(() => operated.stop());

  const isOpen = (): boolean => JSON.stringify(operated.contentOf(DENY)).includes('"ingress":[{}]');
  const types = (): readonly string[] =>
    (operated.status.conditions ?? []).filter(({ status }) => status === 'True').map(({ type }) => type);
  /** Somebody opens the default-deny again as soon as he sees it closed. */
  async function fight(forMs: number, everyMs = 100): Promise<readonly number[]> {
    const from = operated.now;
    while (operated.now - from < forMs) {
      if (!isOpen()) await operated.tamper(DENY, opened, 'argocd-controller');
      await operated.advance(everyMs);
    }
    return operated.writesOf(DENY).filter((at) => at >= from);
  }

  it('repairs the first three at once, then 1, 2, 4, 8 and at most 15 seconds apart, by itself', async () => {
    await operate({ networkPolicy });
    const repairs = await fight(120 * SECOND);
    const gaps = repairs.slice(1).map((at, index) => Math.round((at - (repairs[index] ?? 0)) / 100) / 10);
    expect(gaps).to.deep.equal([0.1, 0.1, 1, 2, 4, 8, 15, 15, 15, 15, 15, 15]);
  });

  it('calls the object contested after ten repairs, on the policy that stays ready, and tells it once', async () => {
    await operate({ networkPolicy });
    await fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    expect(isOpen()).to.equal(false);
    const report = operated.slotReport(DENY);
    expect(report).to.include({ state: 'OK', reason: 'Contested' });
    expect(report?.contest).to.include({ manager: 'argocd-controller', repairs: 13 });
    expect(report?.message).to.match(/^argocd-controller keeps changing it: 13 repairs since 2026-.*kubectl get /);
    expect(types()).to.deep.equal(['Ready', 'Contested']);
    const condition = operated.status.conditions?.find(({ type }) => type === 'Contested');
    expect(condition).to.include({ reason: 'Contested' });
    expect(condition?.message).to.include(`1 namespace, such as team-a: ${DENY}: argocd-controller keeps changing it`);
    expect(operated.events.filter((event) => event === 'Warning Contested')).to.have.length(2); // posture and policy
    expect(operated.events.filter((event) => event === 'Normal Repaired')).to.have.length(10);
  });

  it('counts what it paced, and each drift once', async () => {
    await operate({ networkPolicy });
    await fight(100 * SECOND);
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
    await fight(2.5 * SECOND);
    expect(operated.slotReport(DENY)).to.include({ state: 'Modified', reason: 'Paced' });
    expect(operated.slotReport(DENY)?.diffs?.[0]).to.include({ actor: 'argocd-controller' });
    expect(types()).to.deep.equal(['Ready', 'Drifted']);
    const seen = operated.timing.date().getTime();
    await operated.advance(2 * SECOND);
    const [repair] = operated.posture.recentRepairs ?? [];
    expect(Date.parse(repair?.detectedTime ?? '')).to.be.below(seen);
    expect(operated.slotReport(DENY)).to.include({ state: 'OK', reason: 'Paced' });
  });

  it('ends with ten quiet minutes, of which nothing is written but their end', async () => {
    await operate({ networkPolicy });
    await fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    const last = operated.writesOf(DENY).at(-1) ?? 0;
    const before = operated.writes.length;
    await operated.advance(last + QUIET_MS - 1 - operated.now);
    expect(types()).to.deep.equal(['Ready', 'Contested']);
    expect(operated.writes.slice(before)).to.deep.equal([]);
    await operated.advance(2 * SECOND);
    expect(operated.writes.slice(before).map(({ slot }) => slot)).to.deep.equal([REPORT]);
    expect(operated.slotReport(DENY)).not.to.have.any.keys('contest', 'reason', 'message');
    expect(types()).to.deep.equal(['Ready']);
    expect(operated.brake.size).to.equal(0);
    expect(await operated.metrics.registry.metrics()).not.to.include('parapet_contested_objects{');
    expect(await fight(SECOND / 2)).to.have.length(3);
  });

  it('keeps no other object of the namespace waiting', async () => {
    await operate({ networkPolicy, resourceQuotas });
    await fight(20 * SECOND);
    expect(isOpen()).to.equal(true);
    const at = operated.now;
    await operated.tamper(QUOTA, raised);
    await operated.remove(DNS);
    expect(isOpen()).to.equal(true);
    expect(operated.contentOf(QUOTA)).to.deep.equal({ hard: { pods: '10' } });
    expect(operated.contentOf(DNS)).not.to.equal(undefined);
    expect([...operated.writesOf(QUOTA), ...operated.writesOf(DNS)].filter((time) => time > at + 1)).to.deep.equal([]);
  });

  it('keeps no rollout of a policy waiting: allows are created while their default-deny waits', async () => {
    await operate({ networkPolicy });
    await fight(20 * SECOND);
    await operated.edit({ networkPolicy: { ...networkPolicy, allow: ['DNS', 'SameNamespace'] }, resourceQuotas });
    expect(isOpen()).to.equal(true);
    expect(operated.contentOf(SAME)).not.to.equal(undefined);
    expect(operated.contentOf(QUOTA)).not.to.equal(undefined);
    await operated.advance(LONGEST_GAP_MS);
    expect(isOpen()).to.equal(false);
  });

  it('prunes no allow before the default-deny, whose turn is yet to come, has opened its direction', async () => {
    await operate({ networkPolicy });
    await fight(20 * SECOND);
    await operated.edit({ networkPolicy: { defaultDeny: ['Ingress'] } });
    expect(operated.slotReport(DNS)).to.include({ state: 'Unwanted', reason: 'Paced', message: `waits for ${DENY}` });
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
      message: `waits for ${ROLE}`,
    });
    await operated.advance(SECOND);
    expect(operated.contentOf(ROLE)).to.deep.equal(rules);
    expect(operated.server.get(BINDING)).not.to.equal(undefined);
    expect(operated.slotReport(BINDING)).to.include({ state: 'OK' }).and.not.have.property('reason');
  });

  it('writes two reports a repair at most, whatever is done to the object before its turn', async () => {
    await operate({ networkPolicy });
    await fight(20 * SECOND);
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

  it('believes nobody that an object is closed again until its turn, and then says so without a repair', async () => {
    await operate({ networkPolicy });
    await fight(20 * SECOND);
    await operated.tamper(DENY, { spec: closed }, 'argocd-controller');
    expect(operated.slotReport(DENY)).to.include({ state: 'Modified' });
    const repairs = operated.writesOf(DENY).length;
    await operated.advance(LONGEST_GAP_MS);
    expect(operated.slotReport(DENY)).to.include({ state: 'OK', reason: 'Paced' });
    expect(operated.writesOf(DENY)).to.have.length(repairs);
  });

  it('goes on after a restart at the pace it had, and has nothing to write', async () => {
    await operate({ networkPolicy });
    await fight(100 * SECOND);
    const { since, repairs = 0 } = operated.slotReport(DENY)?.contest ?? {};
    const [writes, last] = [operated.writes.length, operated.writesOf(DENY).at(-1) ?? 0];
    await operated.start();
    expect(operated.writes).to.have.length(writes);
    const [next = 0, ...more] = await fight(60 * SECOND);
    expect(next - last).to.be.within(LONGEST_GAP_MS - 1, LONGEST_GAP_MS + 100);
    expect(more).to.have.length(3);
    const after = operated.slotReport(DENY);
    expect(after).to.include({ reason: 'Contested' });
    expect(after?.contest).to.include({ since, repairs: repairs + 4 });
  });

  it('counts, after a restart, the quick repairs that were made before it', async () => {
    await operate({ networkPolicy });
    for (let round = 0; round < 2; round += 1) await operated.tamper(DENY, opened);
    await operated.start();
    await operated.tamper(DENY, opened);
    expect(isOpen()).to.equal(false);
    await operated.tamper(DENY, opened);
    expect(isOpen()).to.equal(true);
    await operated.advance(SECOND);
    expect(isOpen()).to.equal(false);
  });

  it('ends a fight on time that a restart has cut in two', async () => {
    await operate({ networkPolicy });
    await fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    const last = operated.writesOf(DENY).at(-1) ?? 0;
    await operated.advance(QUIET_MS / 2);
    await operated.start();
    await operated.advance(last + QUIET_MS - 1 - operated.now);
    expect(types()).to.deep.equal(['Ready', 'Contested']);
    await operated.advance(2 * SECOND);
    expect(types()).to.deep.equal(['Ready']);
  });

  it('gives in to no order of tamperings, deletions and restarts: nothing stays open for more than 15 seconds', async () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.nat(2 * SECOND), fc.nat(40 * SECOND)),
      what: fc.constantFrom('open', 'open', 'open', 'delete', 'restart', 'close'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await operate({ networkPolicy });
        for (const { afterMs, what } of steps) {
          await operated.advance(afterMs);
          const there = operated.server.get(DENY) !== undefined;
          if (what === 'restart') await operated.start();
          if (what === 'open' && there) await operated.tamper(DENY, opened);
          if (what === 'close' && there) await operated.tamper(DENY, { spec: closed });
          if (what === 'delete' && there) await operated.remove(DENY);
        }
        const repairs = operated.writesOf(DENY).slice(1);
        for (const from of repairs) {
          expect(repairs.filter((at) => at >= from && at <= from + 60 * SECOND).length).to.be.at.most(10);
        }
        const from = operated.now;
        await operated.advance(LONGEST_GAP_MS);
        expect(operated.contentOf(DENY)).to.deep.equal(closed);
        expect(operated.writesOf(DENY).every((at) => at <= from + LONGEST_GAP_MS)).to.equal(true);
        await operated.stop();
      }),
      { numRuns: 30 },
    );
  });
});
