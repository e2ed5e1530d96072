import { expect } from 'chai';
import fc from 'fast-check';
import type { Policy } from '../../src/api/policy.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { planRelease } from '../../src/plan/release.ts';
import { generatedSpec } from './generated-policies.ts';
import { policy, World } from './world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const dns = 'NetworkPolicy/parapet-allow-dns';
const quota = 'ResourceQuota/parapet-compute';
const closes = (...directions: readonly string[]): Readonly<Record<string, unknown>> => ({
  networkPolicy: { defaultDeny: directions, allow: ['DNS'] },
});
const limits = { resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }] };

/** A world in which every policy was at work, and those that are named are gone. */
function left(specs: Readonly<Record<string, Readonly<Record<string, unknown>>>>, ...gone: readonly string[]): World {
  const world = new World(Object.entries(specs).map(([name, spec]) => policy(name, spec)));
  world.converge();
  world.policies = world.policies.filter(({ name }) => !gone.includes(name));
  world.converge();
  return world;
}

function changes(world: World, from?: string): readonly string[] {
  return dueSlots(planRelease(world.snapshot(), from)).map(({ slot, change }) => `${change.action} ${slot}`);
}

function release(world: World, from?: string): void {
  for (const { change } of dueSlots(planRelease(world.snapshot(), from))) world.apply(change);
}

describe('planRelease', () => {
  it('deletes what a policy that is gone left behind, default-deny before its allows', () => {
    const world = left({ old: { ...closes('Ingress', 'Egress'), ...limits } }, 'old');
    expect(changes(world)).to.deep.equal([`delete ${quota}`, `delete ${deny}`, `delete ${dns}`]);
    expect(planRelease(world.snapshot()).leftBy.get(quota)).to.deep.equal(['old']);
    release(world);
    expect(world.live.size).to.equal(0);
    expect(world.plan().slots).to.deep.equal([]);
  });

  it('opens, by a patch, the direction that only a policy that is gone closed, and then drops its allows', () => {
    const world = left(
      { old: closes('Ingress', 'Egress'), mild: { networkPolicy: { defaultDeny: ['Ingress'] } } },
      'old',
    );
    expect(changes(world)).to.deep.equal([`patch ${deny}`, `delete ${dns}`]);
    expect(planRelease(world.snapshot()).leftBy.get(deny)).to.deep.equal(['old']);
    release(world);
    expect(world.get(deny).content['spec']).to.deep.equal({ podSelector: {}, policyTypes: ['Ingress'] });
    world.converge();
    expect(world.plan().slots.map(({ slot, state, policies }) => ({ slot, state, policies }))).to.deep.equal([
      { slot: deny, state: 'OK', policies: ['mild'] },
    ]);
  });

  it('takes away what one policy left, and nothing that another left or shares', () => {
    const world = left({ old: { ...closes('Egress'), ...limits }, older: closes('Egress') }, 'old', 'older');
    expect(changes(world, 'old')).to.deep.equal([`delete ${quota}`]);
    expect(changes(world, 'older')).to.deep.equal([]);
    expect(changes(world)).to.deep.equal([`delete ${quota}`, `delete ${deny}`, `delete ${dns}`]);
  });

  it('takes away what names nobody, unless one policy is asked for', () => {
    const world = left({ old: limits }, 'old');
    world.record = [];
    world.tamper(quota, () => ({ annotations: {} }));
    expect(changes(world)).to.deep.equal([`delete ${quota}`]);
    expect(changes(world, 'old')).to.deep.equal([]);
  });

  it('repairs nothing and prunes nothing that is the operator’s to write', () => {
    const world = left({ old: limits, now: closes('Ingress', 'Egress') }, 'old');
    world.live.delete(dns);
    world.policies = [policy('now', closes('Ingress'))];
    expect(changes(world)).to.deep.equal([`delete ${quota}`]);
  });

  for (const [title, change] of [
    ['suspended', { suspend: true }],
    ['in Audit mode', { mode: 'Audit' }],
  ] as const) {
    it(`takes away nothing that a policy holds which is ${title}`, () => {
      const world = left({ now: limits });
      world.policies = [policy('now', { ...limits, ...change })];
      expect(changes(world)).to.deep.equal([]);
    });
  }

  it('touches no stranger’s object', () => {
    const world = left({ old: limits }, 'old');
    const metadata = { name: 'parapet-compute' };
    world.put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '1' } } }, 'mallory');
    expect(changes(world)).to.deep.equal([]);
  });

  it('does nothing in a namespace that is being deleted', () => {
    const world = left({ old: limits }, 'old');
    world.terminating = true;
    expect(changes(world)).to.deep.equal([]);
  });

  it('leaves a namespace as if a policy that is gone had never been, over generated policies', function () {
    this.timeout(20_000);
    const policies = fc.tuple(generatedSpec, generatedSpec, generatedSpec).map((specs) =>
      specs.map((spec, index): Policy => {
        const orphaning = { ...spec, namespaceSelector: {}, deletionPolicy: 'Orphan' };
        return { ...policy(['gone', 'b', 'c'][index] ?? '', orphaning), mode: 'Enforce', suspend: false };
      }),
    );
    const contents = (world: World): unknown =>
      Object.fromEntries([...world.live].map(([slot, { content }]) => [slot, content]));
    fc.assert(
      fc.property(policies, ([gone, ...others]) => {
        const [world, never] = [new World([...others, ...(gone ? [gone] : [])]), new World(others)];
        world.converge();
        world.policies = others;
        world.converge();
        release(world);
        world.converge();
        never.converge();
        expect(contents(world)).to.deep.equal(contents(never));
        expect(world.plan().slots.filter(({ state }) => state === 'Orphaned')).to.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });
});
