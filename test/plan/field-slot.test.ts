import { expect } from 'chai';
import { fingerprint } from '../../src/plan/fingerprint.ts';
import { dueSlots } from '../../src/plan/order.ts';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { plan } from '../../src/plan/plan.ts';
import { policy, World } from './world.ts';

const SLOT = 'ServiceAccount/default';
const AUTOMOUNT = '/automountServiceAccountToken';
const asking = { defaultServiceAccount: { automountServiceAccountToken: false } };

function slotOf(world: World, slot = SLOT): SlotPlan | undefined {
  return world.plan().slots.find((each) => each.slot === slot);
}

/** A world at rest under one policy that asks for the field. */
function converged(): World {
  const world = new World([policy('baseline', asking)]);
  world.converge();
  return world;
}

describe('a slot that is fields of an object that isn’t ours', () => {
  it('is Pending until its apply, which holds the fields, the identity and the version, and nothing else', () => {
    const world = new World([policy('baseline', asking)]);
    const [due] = dueSlots(world.plan());
    expect(due).to.include({ slot: SLOT, state: 'Pending', actor: 'parapet' });
    expect(due?.change).to.deep.include({
      action: 'apply',
      object: {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: 'team-a', uid: 'untouched/ServiceAccount', resourceVersion: '1' },
        automountServiceAccountToken: false,
      },
    });
    world.converge();
    expect(slotOf(world)).to.include({ state: 'OK', uid: 'untouched/ServiceAccount' });
    expect(slotOf(world)).not.to.have.property('change');
  });

  it('waits for its object, and never creates it', () => {
    const world = new World([policy('baseline', asking)]);
    world.shared.delete(SLOT);
    expect(slotOf(world)).to.include({ state: 'Pending', reason: 'NotThereYet' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('asks for nothing where it is as wanted, whoever made it so', () => {
    const world = new World([policy('baseline', asking)]);
    world.setFields(SLOT, { [AUTOMOUNT]: false }, 'helm');
    expect(slotOf(world)).to.include({ state: 'OK' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('is nobody’s where no policy asks, whatever it holds', () => {
    const world = new World([policy('baseline', { resourceQuotas: [{ name: 'a', hard: { pods: 1 } }] })]);
    world.setFields(SLOT, { [AUTOMOUNT]: true });
    expect(slotOf(world)).to.equal(undefined);
  });

  it('is Modified where somebody set another value, and names who', () => {
    const world = converged();
    world.setFields(SLOT, { [AUTOMOUNT]: true }, 'helm');
    expect(slotOf(world)).to.include({ state: 'Modified', actor: 'helm' });
    expect(slotOf(world)?.diffs).to.deep.equal([{ pointer: AUTOMOUNT, expected: false, live: true, actor: 'helm' }]);
  });

  it('is Missing where somebody took the field away', () => {
    const world = converged();
    world.setFields(SLOT, { [AUTOMOUNT]: null });
    expect(slotOf(world)).to.include({ state: 'Missing', actor: 'unknown' });
    expect(slotOf(world)?.change?.action).to.equal('apply');
  });

  it('is Missing, not Replaced, where the object was made anew', () => {
    const world = converged();
    world.shared.set(SLOT, { ...world.get(SLOT), uid: 'another', content: {}, managers: [], managedFields: [] });
    expect(slotOf(world)).to.include({ state: 'Missing', uid: 'untouched/ServiceAccount' });
    world.converge();
    expect(slotOf(world)).to.include({ state: 'OK', uid: 'another' });
  });

  it('keeps what stood there before the first write, and never writes over that record', () => {
    const world = new World([policy('baseline', asking)]);
    world.setFields(SLOT, { [AUTOMOUNT]: true }, 'helm');
    world.converge();
    expect(world.record).to.deep.include({
      slot: SLOT,
      uid: 'untouched/ServiceAccount',
      policies: ['baseline'],
      before: { [AUTOMOUNT]: true },
    });
    world.setFields(SLOT, { [AUTOMOUNT]: null });
    world.converge();
    expect(world.record[0]?.before).to.deep.equal({ [AUTOMOUNT]: true });
  });

  it('records that nothing stood there', () => {
    expect(converged().record[0]?.before).to.deep.equal({ [AUTOMOUNT]: null });
  });

  it('keeps the record of a write whose report was lost', () => {
    const world = new World([policy('baseline', asking)]);
    const [due] = dueSlots(world.plan());
    world.record = [{ slot: SLOT, uid: '', policies: ['baseline'], before: due?.before ?? {} }];
    if (due !== undefined) world.apply(due.change);
    expect(slotOf(world)).to.deep.include({ state: 'OK', before: { [AUTOMOUNT]: null } });
  });

  it('stays as it is when its policy is gone, is told so, and ends with what only Parapet claims', () => {
    const world = converged();
    world.policies = [];
    expect(slotOf(world)).to.include({ state: 'Orphaned', reason: 'PolicyGone' });
    expect(slotOf(world)?.message).to.include(AUTOMOUNT);
    expect(dueSlots(world.plan())).to.deep.equal([]);
    world.converge();
    expect(slotOf(world)).to.include({ state: 'Orphaned' });
    world.setFields(SLOT, { [AUTOMOUNT]: null });
    expect(slotOf(world)).to.equal(undefined);
  });

  it('stays as it is when its policy no longer asks for it', () => {
    const world = converged();
    world.policies = [policy('baseline', { resourceQuotas: [{ name: 'a', hard: { pods: 1 } }] })];
    expect(slotOf(world)).to.include({ state: 'Orphaned', reason: 'NoLongerAskedFor' });
    expect(slotOf(world)).not.to.have.property('change');
  });

  describe('under deletionPolicy Delete', () => {
    const deleting = { ...asking, deletionPolicy: 'Delete' };
    const other = { deletionPolicy: 'Delete', resourceQuotas: [{ name: 'a', hard: { pods: 1 } }] };

    /** At rest under a policy that deletes, on top of what stood there. */
    function closedOver(value: boolean | null): World {
      const world = new World([policy('baseline', deleting)]);
      world.setFields(SLOT, { [AUTOMOUNT]: value }, 'helm');
      world.converge();
      return world;
    }

    for (const value of [true, null]) {
      it(`goes back to ${value} where the policy asks for it no more`, () => {
        const world = closedOver(value);
        world.policies = [policy('baseline', other)];
        const slot = slotOf(world);
        expect(slot).to.include({ state: 'Unwanted', reason: 'NoLongerAskedFor' });
        expect(slot?.change).to.include({ action: 'apply', releases: true });
        world.converge();
        expect(world.get(SLOT).content).to.deep.equal(value === null ? {} : { automountServiceAccountToken: true });
        expect(slotOf(world)).to.equal(undefined);
      });
    }

    it('goes back where the namespace leaves the selection', () => {
      const world = closedOver(true);
      world.policies = [policy('baseline', { ...deleting, includeNames: ['elsewhere'] })];
      expect(slotOf(world)).to.include({ state: 'Orphaned', reason: 'CleaningUp' });
      world.converge();
      expect(world.get(SLOT).content).to.deep.equal({ automountServiceAccountToken: true });
      expect(world.plan().slots).to.deep.equal([]);
    });

    it('stays where somebody else has claimed it since', () => {
      const world = closedOver(true);
      world.policies = [policy('baseline', other)];
      world.setFields(SLOT, { [AUTOMOUNT]: false }, 'helm');
      expect(slotOf(world)).to.equal(undefined);
    });

    it('stays where one of those that hold it says Orphan, or is suspended', () => {
      for (const rival of [
        { ...other, deletionPolicy: 'Orphan' },
        { ...deleting, suspend: true },
      ]) {
        const world = new World([policy('baseline', deleting), policy('rival', { ...asking, ...deleting })]);
        world.converge();
        world.policies = [policy('baseline', other), policy('rival', rival)];
        expect(slotOf(world)?.state).to.be.oneOf(['Orphaned', 'Frozen']);
        expect(slotOf(world)).not.to.have.property('change');
      }
    });

    it('stays where nothing is on record of what stood there', () => {
      const world = closedOver(true);
      world.record = world.record.map(({ slot, uid, policies }) => ({ slot, uid, policies }));
      world.policies = [policy('baseline', other)];
      expect(slotOf(world)).to.include({ state: 'Orphaned' });
      expect(slotOf(world)).not.to.have.property('change');
    });
  });

  it('is frozen with its policy, also where somebody changed it meanwhile', () => {
    const world = converged();
    world.policies = [policy('baseline', { ...asking, suspend: true })];
    world.setFields(SLOT, { [AUTOMOUNT]: true }, 'helm');
    expect(slotOf(world)).to.include({ state: 'Frozen', uid: 'untouched/ServiceAccount' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(world.plan().audits.map(({ slots }) => slots.map(({ state }) => state))).to.deep.equal([['Modified']]);
    world.policies = [policy('baseline', asking)];
    world.converge();
    expect(slotOf(world)).to.include({ state: 'OK' });
  });

  it('is enforced by one policy while another that holds it is suspended', () => {
    const world = new World([policy('baseline', asking), policy('other', asking)]);
    world.converge();
    world.policies = [policy('baseline', asking), policy('other', { ...asking, suspend: true })];
    world.setFields(SLOT, { [AUTOMOUNT]: true }, 'helm');
    expect(slotOf(world)).to.include({ state: 'Modified' });
  });

  it('is reported, not written, for an Audit policy', () => {
    const world = new World([policy('looking', { ...asking, mode: 'Audit' })]);
    const [audit] = world.plan().audits;
    expect(audit?.slots).to.have.length(1);
    expect(audit?.slots[0]).to.include({ slot: SLOT, state: 'Missing' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('is written after the default-deny of a new namespace', () => {
    const world = new World([
      policy('baseline', { ...asking, networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] } }),
    ]);
    expect(dueSlots(world.plan()).map(({ slot }) => slot)).to.deep.equal([
      'NetworkPolicy/parapet-allow-same-namespace',
      'NetworkPolicy/parapet-default-deny',
      SLOT,
    ]);
  });

  it('is left alone in a namespace that is being deleted', () => {
    const world = new World([policy('baseline', asking)]);
    world.terminating = true;
    expect(slotOf(world)).to.include({ state: 'Blocked', reason: 'NamespaceTerminating' });
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  describe('told from a policy’s edit', () => {
    it('by what this process last saw as it should be', () => {
      const world = converged();
      const lastWritten = new Map([[SLOT, fingerprint(world.get(SLOT))]]);
      world.setFields(SLOT, { [AUTOMOUNT]: true });
      const [slot] = plan({ ...world.snapshot(), lastWritten }).slots;
      expect(slot).to.include({ state: 'Modified' });
      const asSeen = new Map([[SLOT, fingerprint(world.get(SLOT))]]);
      expect(plan({ ...world.snapshot(), lastWritten: asSeen }).slots[0]).to.include({ state: 'Pending' });
    });
  });
});
