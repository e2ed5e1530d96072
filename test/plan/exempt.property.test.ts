import { expect } from 'chai';
import fc from 'fast-check';
import type { SecurityException } from '../../src/api/exception.ts';
import type { Policy } from '../../src/api/policy.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { generatedSpec } from './generated-policies.ts';
import { exception, policy, World } from './world.ts';

const BLOCKS = ['networkPolicy', 'resourceQuotas', 'limitRange', 'roles'] as const;

const policies = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), generatedSpec), { minLength: 1, selector: ([name]) => name })
  .map((entries) => entries.map(([name, each]) => policy(name, each)));
const labels = fc.constantFrom({}, { size: 'large' });
const names = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }), { nil: undefined });
const slots = fc.option(
  fc.uniqueArray(
    fc.constantFrom('NetworkPolicy/*', 'NetworkPolicy/parapet-default-deny', '*/parapet-compute', 'Role/*', 'L*/*'),
    { minLength: 1 },
  ),
  { nil: undefined },
);
const taking = fc.record({ effect: fc.constantFrom('Ignore', 'Remove'), policyNames: names, slots });
const overriding = fc
  .record({ policyNames: names, spec: generatedSpec, blocks: fc.subarray([...BLOCKS], { minLength: 1 }) })
  .map(({ policyNames, spec, blocks }) => {
    const override = Object.fromEntries(blocks.flatMap((block) => (spec[block] ? [[block, spec[block]]] : [])));
    return Object.keys(override).length === 0 ? { effect: 'Ignore' } : { effect: 'Override', policyNames, override };
  });
const exceptions = fc
  .uniqueArray(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.oneof(taking, overriding)), {
    minLength: 1,
    selector: ([name]) => name,
  })
  .map((entries) =>
    entries.map(([name, spec]) => exception(name, JSON.parse(JSON.stringify(spec)) as Record<string, unknown>)),
  );

function settledWorld(all: readonly Policy[], namespaceLabels: World['labels']): World {
  const world = new World(all, namespaceLabels);
  world.converge();
  return world;
}

/** What an outsider sees of a world: contents and who holds them, without uids and versions. */
function contents(world: World): unknown {
  return [...world.live, ...world.shared]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([slot, { content, labels: own, annotations }]) => ({ slot, content, own, annotations }));
}

describe('plan, over generated exceptions', () => {
  it('comes to rest at once, and stays there', () => {
    each((world, some) => {
      world.exceptions = some;
      world.converge();
      expect(dueSlots(world.plan()).map(({ slot, state, diffs }) => ({ slot, state, diffs }))).to.deep.equal([]);
    });
  });

  it('is as it was without any, once all have ended: nothing is left of them', () => {
    each((world, some) => {
      const [before, planned] = [contents(world), settledStates(world)];
      world.exceptions = some;
      world.converge();
      world.exceptions = [];
      world.converge();
      expect(contents(world)).to.deep.equal(before);
      expect(settledStates(world)).to.deep.equal(planned);
    });
  });

  it('brings everything back as an edit and not as a repair', () => {
    each((world, some) => {
      world.exceptions = some;
      world.converge();
      world.exceptions = [];
      for (const { slot, state } of dueSlots(world.plan())) expect(state, slot).to.be.oneOf(['Pending', 'Unwanted']);
    });
  });

  it('counts no slot as drifted because of an exception that is from every policy', () => {
    each((world, some) => {
      const drifted = statesOf(world).filter(isDrift);
      // Where it is from some of them, an Audit policy among the others misses what was taken away.
      world.exceptions = some.filter(({ policyNames }) => policyNames === undefined);
      world.converge();
      expect(statesOf(world).filter(isDrift)).to.have.length.at.most(drifted.length);
    });
  });

  it('never writes or removes what is not ours', () => {
    each((world, some) => {
      const live = [...world.live.keys()];
      for (const [index, slot] of live.entries()) {
        if (index % 2 === 0) continue;
        world.live.delete(slot);
        const [kind = '', name = ''] = slot.split('/');
        world.put({ apiVersion: 'v1', kind, metadata: { name } }, 'kubectl');
      }
      world.record = world.record.map((entry, index) => (index % 2 === 0 ? entry : { ...entry, uid: '' }));
      const foreign = world.plan().slots.filter(({ state }) => state === 'Foreign');
      world.exceptions = some;
      const due = new Set(dueSlots(world.plan()).map(({ slot }) => slot));
      for (const { slot } of foreign) expect(due.has(slot), slot).to.equal(false);
    });
  });

  it('leaves the rest alone: a slot that no exception covers is planned as without them', () => {
    each((world, some) => {
      const without = world.plan();
      world.exceptions = some;
      const planned = world.plan();
      const covered = planned.slots.filter((slot) => slot.exception !== undefined).map(({ slot }) => slot);
      const rest = (slots: typeof planned.slots) => slots.filter(({ slot }) => !covered.includes(slot));
      expect(rest(planned.slots)).to.deep.equal(rest(without.slots));
    });
  });

  it('does not depend on their order, nor on the policies’', () => {
    each((world, some) => {
      world.exceptions = some;
      const planned = world.plan();
      world.exceptions = some.toReversed();
      world.policies = world.policies.toReversed();
      expect(world.plan()).to.deep.equal(planned);
    });
  });
});

function each(check: (world: World, some: readonly SecurityException[]) => void): void {
  fc.assert(
    fc.property(policies, labels, exceptions, (all, namespaceLabels, some) => {
      check(settledWorld(all, namespaceLabels), some);
    }),
    { numRuns: 100 },
  );
}

function statesOf(world: World): readonly string[] {
  const { slots: enforced, audits } = world.plan();
  return [...enforced, ...audits.flatMap((audit) => audit.slots)].map(({ state }) => state);
}

function isDrift(state: string): boolean {
  // An override may want what can't be had, such as a subject of a label that is missing.
  return !['OK', 'Frozen', 'Pending', 'Exempt', 'Blocked'].includes(state);
}

function settledStates(world: World): unknown {
  return world.plan().slots.map(({ slot, state, policies: holders }) => ({ slot, state, holders }));
}
