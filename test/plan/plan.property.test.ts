import { expect } from 'chai';
import fc from 'fast-check';
import type { Policy } from '../../src/api/policy.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { leavesOf } from '../../src/slots/leaves.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { Content } from '../../src/slots/slot-kind.ts';
import { generatedSpec } from './generated-policies.ts';
import { policy, World } from './world.ts';

const policies = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), generatedSpec), { minLength: 1, selector: ([name]) => name })
  .map((entries) => entries.map(([name, each]) => policy(name, each)));
const labels = fc.constantFrom({}, { size: 'large' });

describe('plan, over generated policies', () => {
  it('has no change left after its changes are applied, whatever the policies were before', () => {
    fc.assert(
      fc.property(policies, policies, labels, (before, after, namespaceLabels) => {
        const world = new World(before, namespaceLabels);
        world.converge();
        expectSettled(world);
        world.policies = after;
        world.converge();
        expectSettled(world);
      }),
      { numRuns: 300 },
    );
  });

  it('repairs whatever is deleted or overwritten, back to what it was', () => {
    fc.assert(
      fc.property(policies, fc.nat(), fc.boolean(), (all, pick, remove) => {
        const world = new World(all.map((each): Policy => ({ ...each, mode: 'Enforce', suspend: false })));
        world.converge();
        const slots = [...world.live.keys(), ...world.shared.keys()];
        const slot = slots[pick % Math.max(1, slots.length)];
        if (slot === undefined) return;
        const before = world.get(slot).content;
        const shared = objectKindOf(slot.slice(0, slot.indexOf('/')))?.fields !== undefined;
        if (shared) world.setFields(slot, taken(before));
        else if (remove) world.live.delete(slot);
        else world.tamper(slot, () => ({ content: emptied(before) }));
        world.converge();
        expect(world.get(slot).content).to.deep.equal(before);
        expectSettled(world);
      }),
      { numRuns: 300 },
    );
  });

  it('never deletes while a policy departs', () => {
    fc.assert(
      fc.property(policies, labels, (all, namespaceLabels) => {
        const world = new World(all, namespaceLabels);
        world.converge();
        world.policies = [];
        expect(dueSlots(world.plan())).to.deep.equal([]);
      }),
    );
  });

  it('does not depend on the order of the policies', () => {
    fc.assert(
      fc.property(policies, (all) => {
        expect(new World(all).plan()).to.deep.equal(new World(all.toReversed()).plan());
      }),
    );
  });
});

function expectSettled(world: World): void {
  expect(dueSlots(world.plan()).map(({ slot, state, diffs }) => ({ slot, state, diffs }))).to.deep.equal([]);
}

/** As an edit that takes each field away. */
function taken(content: Content): Readonly<Record<string, null>> {
  return Object.fromEntries(Object.keys(leavesOf(content)).map((pointer) => [pointer, null]));
}

/** As an edit that takes everything out of every member. */
function emptied(content: Content): Content {
  return Object.fromEntries(Object.entries(content).map(([member, value]) => [member, Array.isArray(value) ? [] : {}]));
}
