import { expect } from 'chai';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { plan } from '../../src/plan/plan.ts';
import type { PodFacts } from '../../src/slots/workloads.ts';
import { policy, World } from './world.ts';

const SLOT = 'ResourceQuota/parapet-compute';

function quota(pods: number, more: object = {}) {
  return policy('baseline', { resourceQuotas: [{ name: 'compute', hard: { pods } }], ...more });
}

/** The cluster counts so many pods against the quota, and so many there are. */
function use(world: World, count: number): void {
  const facts = { containers: [], initContainers: [], requests: {}, limits: {}, overhead: {} };
  const pod = { ...facts, bestEffort: true, terminating: false, priorityClass: '' };
  world.pods = Array.from({ length: count }, (_, index): PodFacts => ({ ...pod, name: `pod-${index}` }));
  const quota = world.live.get(SLOT);
  if (quota !== undefined) world.live.set(SLOT, { ...quota, used: { pods: String(count) } });
}

/** A namespace with a quota of 20 pods, of which 12 are used, under a policy that has just lowered it to 10. */
function lowered(): World {
  const world = new World([quota(20)]);
  world.converge();
  world.policies = [quota(10)];
  use(world, 12);
  return world;
}

function slotOf(world: World): SlotPlan | undefined {
  return world.plan().slots.find(({ slot }) => slot === SLOT);
}

function pods(world: World): unknown {
  return (world.get(SLOT).content['spec'] as { hard: { pods: string } }).hard.pods;
}

const raise = () => ({ content: { spec: { hard: { pods: '999' } } } });

describe('tightening: Hold', () => {
  it('leaves a quota alone that would fall below what is used, and says why', () => {
    const world = lowered();
    world.converge();
    expect(pods(world)).to.equal('20');
    expect(slotOf(world)).to.include({ state: 'Held', reason: 'QuotaBelowUse' });
    expect(slotOf(world)?.message).to.contain('pods 12 of 10').and.contain('spec.tightening');
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('takes nobody for an edit after a restart whose policies were done: a forged field manager raises nothing', () => {
    const settled = { ...quota(20), settled: true };
    const world = new World([settled]);
    world.converge();
    world.tamper(SLOT, () => ({ ...raise(), managers: ['parapet'] }));
    const { managedFields, ...forged } = world.get(SLOT);
    void managedFields;
    world.live.set(SLOT, forged);
    use(world, 900);
    expect(dueSlots(world.plan())[0]).to.include({ slot: SLOT, state: 'Modified' });
    world.policies = [{ ...settled, settled: false }];
    expect(slotOf(world)).to.include({ state: 'Held' });
  });

  it('applies it once the use has gone down', () => {
    const world = lowered();
    world.converge();
    use(world, 9);
    expect(dueSlots(world.plan())[0]).to.include({ slot: SLOT, state: 'Pending' });
    world.converge();
    expect(pods(world)).to.equal('10');
    expect(world.record.find(({ slot }) => slot === SLOT)).not.to.have.property('applied');
  });

  it('puts whoever raises and fills the quota back to what was last written', () => {
    const world = lowered();
    world.converge();
    world.tamper(SLOT, raise);
    use(world, 900);
    expect(dueSlots(world.plan())[0]).to.include({ slot: SLOT, state: 'Modified' });
    world.converge();
    expect(pods(world)).to.equal('20');
    expect(slotOf(world)).to.include({ state: 'Held' });
  });

  it('creates it anew as it was last written when somebody deletes it', () => {
    const world = lowered();
    world.converge();
    world.live.delete(SLOT);
    expect(dueSlots(world.plan())[0]).to.include({ slot: SLOT, state: 'Missing' });
    world.converge();
    expect(pods(world)).to.equal('20');
  });

  it('never holds a repair', () => {
    const world = new World([quota(20)]);
    world.converge();
    use(world, 900);
    world.tamper(SLOT, raise);
    world.converge();
    expect(pods(world)).to.equal('20');
    world.live.delete(SLOT);
    world.converge();
    expect(pods(world)).to.equal('20');
  });

  it('holds a new quota too, of which nothing is there to be put back', () => {
    const world = new World([quota(10)]);
    use(world, 12);
    world.converge();
    expect(world.live.has(SLOT)).to.equal(false);
    expect(slotOf(world)).to.include({ state: 'Held', uid: '' }).and.not.have.property('applied');
  });

  it('drops what it held when the policy takes its edit back', () => {
    const world = lowered();
    world.converge();
    world.policies = [quota(20)];
    world.converge();
    expect(slotOf(world)).to.include({ state: 'OK' });
    expect(world.record.find(({ slot }) => slot === SLOT)).not.to.have.property('applied');
  });

  it('holds what it cannot judge', () => {
    const world = new World([quota(10)]);
    world.pods = null;
    expect(slotOf(world)).to.include({ state: 'Held', reason: 'WorkloadsUnknown' });
  });

  it('asks for a look at the pods only where a quota limits what it did not before', () => {
    const unexamined = (world: World): readonly string[] => {
      const { evidence, ...snapshot } = world.snapshot();
      void evidence;
      return plan(snapshot).slots.flatMap(({ slot, tightens }) => (tightens === true ? [slot] : []));
    };
    expect(unexamined(new World([quota(10)]))).to.deep.equal([SLOT]);
    expect(unexamined(new World([quota(10, { tightening: 'Apply' })]))).to.deep.equal([]);
    expect(unexamined(lowered())).to.deep.equal([]);
    expect(lowered().plan().slots[0]?.state).to.equal('Held');
  });

  it('is not asked of a policy that says Apply', () => {
    const world = lowered();
    world.policies = [quota(10, { tightening: 'Apply' })];
    world.converge();
    expect(pods(world)).to.equal('10');
  });

  it('lets everything else of the policy go on', () => {
    const world = lowered();
    world.policies = [quota(10, { networkPolicy: { defaultDeny: ['Ingress'] } })];
    world.converge();
    expect(world.live.has('NetworkPolicy/parapet-default-deny')).to.equal(true);
  });
});
