import { expect } from 'chai';
import type { Outcome } from '../../src/plan/outcome.ts';
import { posture } from '../../src/status/posture.ts';
import { settle } from '../../src/status/settle.ts';
import type { NamespaceReport } from '../../src/status/settle.ts';
import { policy, World } from '../plan/world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const closed = { networkPolicy: { defaultDeny: ['Ingress'] } };
const times = { detected: '2026-01-01T00:00:00.000Z', now: '2026-01-01T00:00:00.005Z' };
const done: Outcome = { result: 'done' };

function report(world: World, outcome: Outcome | undefined = done): NamespaceReport {
  const planned = world.plan();
  const due = planned.slots.filter(({ change }) => change !== undefined);
  return settle(planned, new Map(outcome === undefined ? [] : due.map(({ slot }) => [slot, outcome])));
}

function settled(): World {
  const world = new World([policy('baseline', closed)]);
  world.converge();
  return world;
}

describe('posture', () => {
  it('records slot, policies and uid, which later tell ours from a stranger’s', () => {
    const world = settled();
    const content = posture({ report: report(world), ...times });
    expect(content?.summary).to.include({ state: 'Compliant', slots: 1, ok: 1, drifted: 0, blocked: 0, widened: 0 });
    expect(content?.slots[0]).to.include({ slot: deny, uid: world.get(deny).uid, state: 'OK' });
    expect(content?.slots[0]?.policies).to.deep.equal(['baseline']);
  });

  it('is the same at a later time where nothing happened', () => {
    const world = settled();
    const first = posture({ report: report(world), ...times });
    if (first === undefined) throw new Error('no posture');
    const later = { detected: '2027-01-01T00:00:00.000Z', now: '2027-01-01T00:00:00.000Z' };
    expect(posture({ report: report(world), previous: first, ...later })).to.deep.equal(first);
  });

  it('tells of a repair with kind, actor and both times', () => {
    const world = settled();
    world.live.delete(deny);
    expect(posture({ report: report(world), ...times })?.recentRepairs).to.deep.equal([
      { slot: deny, kind: 'Missing', actor: 'unknown', detectedTime: times.detected, repairedTime: times.now },
    ]);
  });

  it('does not call the first creation a repair', () => {
    const content = posture({ report: report(new World([policy('baseline', closed)])), ...times });
    expect(content?.recentRepairs).to.deep.equal([]);
  });

  it('says Blocked, why and what the API server said where a write was refused', () => {
    const refused: Outcome = { result: 'refused', cause: 'webhook', message: 'denied by webhook x' };
    const content = posture({ report: report(new World([policy('baseline', closed)]), refused), ...times });
    expect(content?.summary.state).to.equal('Blocked');
    expect(content?.slots[0]).to.include({
      state: 'Blocked',
      reason: 'AdmissionDenied',
      message: 'denied by webhook x',
    });
  });

  it('still says Missing where the repair got no answer', () => {
    const world = settled();
    world.live.delete(deny);
    const content = posture({ report: report(world, { result: 'retry', message: 'timed out' }), ...times });
    expect(content?.slots[0]).to.include({ state: 'Missing', reason: 'Retrying' });
  });

  it('keeps the record of a slot that is missing, so that squatting it is still known as Replaced', () => {
    const world = settled();
    const { uid } = world.get(deny);
    world.live.delete(deny);
    const content = posture({ report: report(world, { result: 'retry', message: 'timed out' }), ...times });
    expect(content?.slots[0]?.uid).to.equal(uid);
  });

  it('shows what an Audit policy would change beside the enforced slot, which stays OK', () => {
    const world = new World([
      policy('baseline', closed),
      policy('proposed', { mode: 'Audit', networkPolicy: { defaultDeny: ['Egress'] } }),
    ]);
    world.converge();
    const content = posture({ report: report(world), ...times });
    expect(content?.slots).to.have.length(1);
    expect(content?.slots[0]).to.include({ state: 'OK', reason: 'AuditDrift' });
    expect(content?.summary).to.include({ state: 'Drifted', ok: 0, drifted: 1 });
    expect(content?.slots[0]?.diffs?.[0]?.pointer).to.match(/^\/spec\/policyTypes/);
  });

  it('is wanted no more when nothing selects the namespace and nothing of ours is there', () => {
    expect(posture({ report: report(new World([])), ...times })).to.equal(undefined);
  });

  it('stays as long as something orphaned is there', () => {
    const world = settled();
    world.policies = [];
    expect(posture({ report: report(world), ...times })?.slots[0]?.state).to.equal('Orphaned');
  });

  it('stays below 32 KiB with hundreds of slots that all differ, and says that it was cut', () => {
    const long = 'x'.repeat(500);
    const diffs = Array.from({ length: 20 }, (_, index) => ({
      pointer: `/spec/${index}`,
      expected: long,
      live: long,
      actor: 'a',
    }));
    const slots = Array.from({ length: 100 }, (_, index) => ({
      slot: `Role/parapet-${index}`,
      state: 'Modified' as const,
      reason: '' as const,
      message: long,
      policies: ['baseline'],
      uid: 'u',
      diffs,
      actor: 'a',
    }));
    const huge: NamespaceReport = {
      namespace: 'team-a',
      matched: ['baseline'],
      cleaning: [],
      slots,
      removed: [],
      audits: [],
      conflicts: [],
      exemptions: [],
    };
    const content = posture({ report: huge, ...times });
    expect(JSON.stringify(content).length).to.be.at.most(32 * 1024);
    expect(content?.slots).to.have.length(100);
    expect(content?.truncated).to.equal(true);
  });
});
