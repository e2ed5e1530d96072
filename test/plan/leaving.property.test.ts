import { expect } from 'chai';
import fc from 'fast-check';
import type { Policy } from '../../src/api/policy.ts';
import { foldPolicies } from '../../src/plan/fold.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { asList, asObject } from '../../src/slots/canonical.ts';
import { generatedSpec } from './generated-policies.ts';
import { platform, policy, World } from './world.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const policies = fc
  .tuple(generatedSpec, generatedSpec, generatedSpec)
  .map((specs) =>
    specs.map((spec, index) => policy(['leaver', 'b', 'c'][index] ?? '', { ...spec, namespaceSelector: {} })),
  );

/** A label takes the namespace out of the selection, and the policy takes its objects with it. */
function leave({ name, blocks }: Policy): Policy {
  const namespaceSelector = { matchLabels: { nowhere: 'true' } };
  return policy(name, { ...blocks, namespaceSelector, deletionPolicy: 'Delete' });
}

function acting(each: Policy): Policy {
  return { ...each, mode: 'Enforce', suspend: false };
}

function contents(world: World): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...world.live, ...world.shared].map(([slot, { content }]) => [slot, content]));
}

function closed(world: World): readonly unknown[] {
  return asList(asObject(world.live.get(DENY)?.content['spec'])['policyTypes']);
}

describe('plan, where a policy leaves and takes its objects with it, over generated policies', function () {
  this.timeout(60_000);

  it('leaves a namespace as if that policy had never been, where all others act', () => {
    fc.assert(
      fc.property(policies, (all) => {
        const [leaver, ...others] = all.map(acting) as [Policy, ...Policy[]];
        const world = new World([leaver, ...others]);
        world.converge();
        world.policies = [leave(leaver), ...others];
        world.converge();
        const never = new World(others);
        never.converge();
        expect(contents(world)).to.deep.equal(contents(never));
        expect(dueSlots(world.plan())).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it('takes nothing that another policy claims, holds frozen or left behind', () => {
    const fates = fc.constantFrom<(each: Policy) => readonly Policy[]>(
      (each) => [each],
      (each) => [{ ...each, suspend: true }],
      (each) => [{ ...each, mode: 'Audit' }],
      () => [],
    );
    fc.assert(
      fc.property(policies, fates, fates, (all, fateOfB, fateOfC) => {
        const [leaver, b, c] = all.map(acting) as [Policy, Policy, Policy];
        const world = new World([leaver, b, c]);
        world.converge();
        const record = world.record;
        const before = { slots: [...world.live.keys()], closed: closed(world) };
        world.policies = [leave(leaver), ...fateOfB(b), ...fateOfC(c)];
        world.converge();
        world.converge();

        const others = world.policies.filter(({ name }) => name !== 'leaver');
        const claims = others.filter(({ mode, suspend }) => mode === 'Enforce' && !suspend);
        const staying = new Set(['b', 'c'].filter((name) => !claims.some((claim) => claim.name === name)));
        const claimed = foldPolicies(claims, { namespace: { name: 'team-a', labels: {} }, platform, held: [] });
        // What the one who claims it can't have here, a missing label for one, is not to stand in any other form either.
        const isWithheld = (slot: string): boolean => claimed.get(slot)?.flaw?.absent === true;
        for (const slot of before.slots.filter((each) => !isWithheld(each))) {
          const holders = record.find((each) => each.slot === slot)?.policies ?? [];
          if (holders.some((name) => staying.has(name)) || claimed.has(slot)) {
            expect(world.live.has(slot), slot).to.equal(true);
          }
        }
        for (const other of [b, c]) {
          const { defaultDeny = [] } = asObject(other.blocks['networkPolicy'] as never) as { defaultDeny?: string[] };
          expect(closed(world)).to.include.members(defaultDeny);
        }
        expect(dueSlots(world.plan())).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});
