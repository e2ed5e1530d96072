import { expect } from 'chai';
import { slotLabel } from '../../src/plan/desired-object.ts';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { policy, World } from './world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const closed = { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS', 'SameNamespace'] } };
const quota = (pods: number | string): Record<string, unknown> => ({
  resourceQuotas: [{ name: 'compute', hard: { pods } }],
});

const openPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'parapet-default-deny' },
  spec: { podSelector: {}, ingress: [{}] },
};

function states(slots: readonly SlotPlan[]): Record<string, string> {
  return Object.fromEntries(slots.map(({ slot, state }) => [slot, state]));
}

function specOf(world: World, slot: string): unknown {
  return world.get(slot).content['spec'];
}

describe('plan', () => {
  it('creates the allows before the default-deny that makes them necessary', () => {
    const planned = new World([policy('baseline', closed)]).plan();
    expect(dueSlots(planned).map(({ slot }) => slot)).to.deep.equal([
      'NetworkPolicy/parapet-allow-dns',
      'NetworkPolicy/parapet-allow-same-namespace',
      deny,
    ]);
  });

  it('calls a first creation Pending, not drift', () => {
    const planned = new World([policy('baseline', closed)]).plan();
    expect(new Set(planned.slots.map(({ state }) => state))).to.deep.equal(new Set(['Pending']));
  });

  it('has no change left once its changes are applied', () => {
    const world = new World([policy('baseline', { ...closed, ...quota(10) })]);
    world.converge();
    const again = world.plan();
    expect(dueSlots(again)).to.deep.equal([]);
    expect(new Set(again.slots.map(({ state }) => state))).to.deep.equal(new Set(['OK']));
  });

  it('says Missing, by an unknown actor, when a recorded object is gone', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.live.delete(deny);
    const [slot] = dueSlots(world.plan());
    expect(slot).to.include({ slot: deny, state: 'Missing', actor: 'unknown' });
    expect(slot?.change.action).to.equal('create');
  });

  it('finds a field that somebody added, with pointer, expected, live and actor, and writes the whole spec back', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.tamper(deny, (live) => ({
      content: { spec: { ...(live.content['spec'] as object), ingress: [{}] } } as never,
      managedFields: [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': { 'f:ingress': {} } } }],
    }));
    const [slot] = dueSlots(world.plan());
    expect(slot?.state).to.equal('Modified');
    expect(slot?.diffs).to.deep.equal([{ pointer: '/spec/ingress', live: [{}], actor: 'kubectl-edit' }]);
    world.converge();
    expect(specOf(world, deny)).to.deep.equal({ podSelector: {}, policyTypes: ['Egress', 'Ingress'] });
  });

  it('puts a stripped label back and leaves others’ labels alone', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.tamper(deny, () => ({ labels: { team: 'a' } }));
    expect(dueSlots(world.plan())[0]?.state).to.equal('Modified');
    world.converge();
    expect(world.get(deny).labels).to.include({ team: 'a', [slotLabel]: 'parapet-default-deny' });
  });

  it('tolerates labels and annotations that are not ours', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.tamper(deny, (live) => ({ labels: { ...live.labels, team: 'a' } }));
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('calls an object that was deleted and squatted Replaced, and takes it back', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.put(openPolicy, 'mallory');
    const [slot] = dueSlots(world.plan());
    expect(slot).to.include({ slot: deny, state: 'Replaced' });
    world.converge();
    expect(world.plan().slots.find((each) => each.slot === deny)?.state).to.equal('OK');
  });

  it('leaves an object that was there before alone and names its manager', () => {
    const world = new World([policy('baseline', quota(10))]);
    const theirs = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'parapet-compute' } };
    world.put({ ...theirs, spec: { hard: { pods: '99' } } }, 'helm');
    const planned = world.plan();
    expect(dueSlots(planned)).to.deep.equal([]);
    expect(planned.slots[0]).to.include({ state: 'Foreign', actor: 'helm' });
    expect(planned.slots[0]?.message).to.contain('managed by Helm');
  });

  it('sees no drift between quantities written differently', () => {
    const spec = {
      resourceQuotas: [{ name: 'compute', hard: { 'requests.memory': '1024Mi', 'requests.cpu': '1000m' } }],
    };
    const world = new World([policy('baseline', spec)]);
    world.converge();
    expect(specOf(world, 'ResourceQuota/parapet-compute')).to.deep.equal({
      hard: { 'requests.cpu': '1', 'requests.memory': '1Gi' },
    });
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('prunes what a policy no longer asks for, default-deny before its allows', () => {
    const world = new World([policy('baseline', { ...closed, ...quota(1) })]);
    world.converge();
    world.policies = [policy('baseline', quota(1))];
    expect(dueSlots(world.plan()).map(({ slot, state }) => [slot, state])).to.deep.equal([
      [deny, 'Unwanted'],
      ['NetworkPolicy/parapet-allow-same-namespace', 'Unwanted'],
      ['NetworkPolicy/parapet-allow-dns', 'Unwanted'],
    ]);
  });

  it('calls the effect of a policy’s edit Pending, not drift', () => {
    const world = new World([policy('baseline', quota(1))]);
    world.converge();
    world.policies = [policy('baseline', quota(2))];
    expect(world.plan().slots[0]).to.include({ state: 'Pending', actor: 'parapet' });
  });

  it('opens a direction before it takes the allows of that direction away', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.policies = [
      policy('baseline', { networkPolicy: { defaultDeny: ['Ingress'], allow: ['DNS', 'SameNamespace'] } }),
    ];
    expect(dueSlots(world.plan()).map(({ slot, change }) => [slot, change.action])).to.deep.equal([
      [deny, 'patch'],
      ['NetworkPolicy/parapet-allow-same-namespace', 'patch'],
      ['NetworkPolicy/parapet-allow-dns', 'delete'],
    ]);
  });

  it('deletes and recreates a quota whose scopes change', () => {
    const scoped = (scopes?: string[]): Record<string, unknown> => ({
      resourceQuotas: [{ name: 'compute', hard: { pods: 1 }, ...(scopes ? { scopes } : {}) }],
    });
    const world = new World([policy('baseline', scoped())]);
    world.converge();
    world.policies = [policy('baseline', scoped(['NotTerminating']))];
    expect(dueSlots(world.plan())[0]?.change.action).to.equal('recreate');
  });

  it('writes nothing in a terminating namespace', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.terminating = true;
    world.live.delete(deny);
    const planned = world.plan();
    expect(dueSlots(planned)).to.deep.equal([]);
    expect(states(planned.slots)[deny]).to.equal('Blocked');
  });
});

describe('plan: what outlives a policy', () => {
  it('keeps everything as Orphaned when the policy is deleted', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.policies = [];
    const planned = world.plan();
    expect(dueSlots(planned)).to.deep.equal([]);
    expect(new Set(planned.slots.map(({ state }) => state))).to.deep.equal(new Set(['Orphaned']));
  });

  it('keeps everything as Orphaned when the namespace leaves the selection', () => {
    const world = new World([policy('baseline', { ...closed, namespaceSelector: { matchLabels: { a: 'b' } } })], {
      a: 'b',
    });
    world.converge();
    world.labels = {};
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(states(world.plan().slots)[deny]).to.equal('Orphaned');
  });

  it('hands a renamed policy’s objects to the new name without a deletion', () => {
    const world = new World([policy('old', closed)]);
    world.converge();
    world.policies = [policy('new', closed)];
    expect(dueSlots(world.plan()).map(({ change }) => change.action)).to.not.include('delete');
    world.converge();
    expect(world.plan().slots.find(({ slot }) => slot === deny)?.policies).to.deep.equal(['new']);
  });

  it('keeps a direction closed that a departed policy closed, though another policy asks for less', () => {
    const strict = policy('strict', { networkPolicy: { defaultDeny: ['Egress'] } });
    const mild = policy('mild', { networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] } });
    const world = new World([strict, mild]);
    world.converge();
    world.policies = [mild];
    world.converge();
    expect(specOf(world, deny)).to.deep.include({ policyTypes: ['Egress', 'Ingress'] });
    expect(specOf(world, 'NetworkPolicy/parapet-allow-same-namespace')).to.deep.include({
      policyTypes: ['Egress', 'Ingress'],
    });
    expect(states(world.plan().slots)[deny]).to.equal('Orphaned');
  });

  for (const [title, change] of [
    ['suspended', { suspend: true }],
    ['turned to Audit', { mode: 'Audit' }],
    ['undecodable', { priority: 'high' }],
    ['invalid in the slot’s field', { networkPolicy: { defaultDeny: ['Sideways'] } }],
  ] as const) {
    it(`neither changes nor prunes what a policy holds that is ${title}`, () => {
      const world = new World([policy('baseline', closed)]);
      world.converge();
      world.policies = [policy('baseline', { ...closed, ...change })];
      const planned = world.plan();
      expect(dueSlots(planned)).to.deep.equal([]);
      expect(states(planned.slots)[deny]).to.equal('Frozen');
    });
  }

  for (const [title, squat] of [
    ['deleted', false],
    ['deleted and squatted', true],
  ] as const) {
    it(`takes back, once the policy acts again, what was ${title} while it was suspended`, () => {
      const world = new World([policy('baseline', closed)]);
      world.converge();
      world.policies = [policy('baseline', { ...closed, suspend: true })];
      world.converge();
      world.live.delete(deny);
      world.converge();
      if (squat) world.put(openPolicy, 'mallory');
      expect(dueSlots(world.converge())).to.deep.equal([]);
      expect(states(world.plan().slots)[deny]).to.equal(squat ? 'Replaced' : 'Missing');
      world.policies = [policy('baseline', closed)];
      world.converge();
      expect(specOf(world, deny)).to.deep.equal({ podSelector: {}, policyTypes: ['Egress', 'Ingress'] });
    });
  }

  it('still closes what an Enforce policy claims where a suspended neighbour holds the default-deny', () => {
    const world = new World([policy('a', { networkPolicy: { defaultDeny: ['Ingress'] } })]);
    world.converge();
    world.policies = [
      policy('a', { suspend: true, networkPolicy: { defaultDeny: ['Ingress'] } }),
      policy('b', { networkPolicy: { defaultDeny: ['Egress'] } }),
    ];
    world.converge();
    expect(specOf(world, deny)).to.deep.include({ policyTypes: ['Egress', 'Ingress'] });
  });

  it('trusts the record, not the annotation a tenant can edit', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    world.policies = [policy('baseline', quota(1))];
    world.tamper(deny, () => ({ annotations: { 'parapet.dev/policies': 'ghost' } }));
    expect(states(world.plan().slots)[deny]).to.equal('Unwanted');
  });
});

describe('plan: Audit', () => {
  it('reports what is missing and writes nothing', () => {
    const planned = new World([policy('baseline', { ...closed, mode: 'Audit' })]).plan();
    expect(planned.slots).to.deep.equal([]);
    expect(states(planned.audits[0]?.slots ?? [])).to.include({ [deny]: 'Missing' });
  });

  it('never lets an Audit policy of priority 1000 change what an Enforce policy of 100 writes', () => {
    const world = new World([
      policy('enforced', { ...quota(10), priority: 100 }),
      policy('proposed', { ...quota(5), priority: 1000, mode: 'Audit' }),
    ]);
    world.converge();
    expect(specOf(world, 'ResourceQuota/parapet-compute')).to.deep.equal({ hard: { pods: '10' } });
    expect(world.plan().audits[0]?.slots[0]).to.include({ state: 'Modified' });
  });

  it('has no say in a slot it would lose', () => {
    const world = new World([
      policy('enforced', { ...quota(10), priority: 1000 }),
      policy('proposed', { ...quota(5), priority: 100, mode: 'Audit' }),
    ]);
    world.converge();
    expect(world.plan().audits[0]?.slots).to.deep.equal([]);
  });
});
