import { expect } from 'chai';
import type { Outcome } from '../../src/plan/outcome.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { settle } from '../../src/status/settle.ts';
import type { NamespaceReport } from '../../src/status/settle.ts';
import { total } from '../../src/status/totals.ts';
import { verdicts } from '../../src/status/verdict.ts';
import { policy, World } from '../plan/world.ts';

const ROLE = 'Role/parapet-dev';
const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };

/** A role that stood until the ceiling was lowered, in a namespace with a default-deny. */
function lowered(): World {
  const world = new World([
    policy('teams', {
      networkPolicy: { defaultDeny: ['Ingress'] },
      roles: [{ name: 'dev', rules: [pods], subjects: [{ kind: 'Group', name: 'dev' }] }],
    }),
  ]);
  world.clusterRoles.set('parapet-grantable', { rules: [pods] });
  world.converge();
  world.clusterRoles.set('parapet-grantable', { rules: [] });
  return world;
}

function written(world: World, others: Readonly<Record<string, Outcome>> = {}): NamespaceReport {
  const planned = world.plan();
  const outcomes = dueSlots(planned).map(({ slot }) => [slot, others[slot] ?? { result: 'done' }] as const);
  return settle(planned, new Map<string, Outcome>(outcomes));
}

describe('the report on what was taken away because it may not stand', () => {
  it('goes on naming it, with the uid that is ours, and counts no repair', () => {
    const world = lowered();
    const { uid } = world.get(ROLE);
    const report = written(world);
    expect(report.removed).to.deep.equal([]);
    const slot = report.slots.find((each) => each.slot === ROLE);
    expect(slot).to.include({ state: 'Blocked', reason: 'BeyondGrantable', uid });
    expect(slot).to.not.have.property('repaired');
  });

  it('stalls the policy, also where something that tenants cause is worse', () => {
    const world = lowered();
    world.live.delete('NetworkPolicy/parapet-default-deny');
    const full = { result: 'refused', cause: 'quota', message: 'exceeded quota' } as const;
    const [verdict] = verdicts(written(world, { 'NetworkPolicy/parapet-default-deny': full })).values();
    if (verdict === undefined) throw new Error('no verdict');
    expect(verdict.worst).to.include({ slot: 'NetworkPolicy/parapet-default-deny', reason: 'QuotaExceeded' });
    const totals = total([verdict], 1);
    expect(totals.refused).to.include({ slot: ROLE, reason: 'BeyondGrantable' });
    expect(totals.degraded).to.include({ reason: 'QuotaExceeded' });
  });

  it('says that it could not be taken away', () => {
    const held = { result: 'refused', cause: 'finalizer', message: 'kept by its finalizers' } as const;
    const report = written(lowered(), { [ROLE]: held });
    expect(report.slots.find((each) => each.slot === ROLE)).to.include({ state: 'Blocked', reason: 'HeldByFinalizer' });
  });
});
